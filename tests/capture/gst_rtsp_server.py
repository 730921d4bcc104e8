"""A foreign RTSP server for tests, run by the system's Python: `day` and `night` on standard input switch its picture.

Prints its port. The day picture is dark and coloured, the night picture bright and grey, both with noise.
"""

import signal
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

WIDTH, HEIGHT, FPS = 640, 360, 15
LUMA = {"day": 40, "night": 140}
CHROMA = {"day": 110, "night": 128}
# a constant quantiser: one that keeps a rate leaves the noise out after a stall of a busy computer
LAUNCH = (
    f"( appsrc name=picture is-live=true do-timestamp=true format=time block=false "
    f"caps=video/x-raw,format=I420,width={WIDTH},height={HEIGHT},framerate={FPS}/1 ! queue leaky=downstream ! "
    f"x264enc tune=zerolatency bframes=0 speed-preset=ultrafast key-int-max={FPS} pass=quant quantizer=22 ! "
    f"video/x-h264,profile=main ! rtph264pay name=pay0 pt=96 )"
)


class Camera(GstRtspServer.RTSPMediaFactory):
    """One pipeline for all players, fed with pictures of the present mode."""

    def __init__(self) -> None:
        super().__init__()
        self.mode = "day"
        self._pushed = 0
        self.set_launch(LAUNCH)
        self.set_shared(True)
        self.connect("media-configure", self._configure)

    def _configure(self, factory: object, media: GstRtspServer.RTSPMedia) -> None:
        source = media.get_element().get_by_name_recurse_up("picture")
        GLib.timeout_add(1000 // FPS, self._push, source)

    def _push(self, source: Gst.Element) -> bool:
        self._pushed += 1
        texture = bytes((x * 7 + y * 13 + self._pushed) % 16 for y in range(4) for x in range(WIDTH))
        level = bytes(min(255, value + LUMA[self.mode]) for value in texture)
        chroma = WIDTH * HEIGHT // 4
        planes = level * (HEIGHT // 4) + bytes([CHROMA[self.mode]]) * 2 * chroma
        return source.emit("push-buffer", Gst.Buffer.new_wrapped(planes)) == Gst.FlowReturn.OK


def main() -> None:
    """Serve until standard input ends."""
    Gst.init(None)
    server, camera, loop = GstRtspServer.RTSPServer(), Camera(), GLib.MainLoop()
    server.set_address("127.0.0.1")
    server.set_service("0")
    server.get_mount_points().add_factory("/live", camera)
    server.attach(None)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    print(server.get_bound_port(), flush=True)  # noqa: T201

    def obey() -> None:
        for line in sys.stdin:
            camera.mode = line.strip()
        loop.quit()

    threading.Thread(target=obey, daemon=True).start()
    loop.run()


if __name__ == "__main__":
    main()
