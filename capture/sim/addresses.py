"""Where a simulated camera is reached, as one process tells another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CameraAddresses:
    """Addresses on loopback; nothing in them is secret."""

    host: str
    http_port: int
    rtsp_port: int
    device_service: str
    """The ONVIF device service, from which a client finds everything else."""
    rtsp: str
    """The stream, without user name and password."""
    room: str
    """Below it the room is switched: /light/on, /light/off, /scene/next, /fault/NAME (GET or POST), and /state tells.

    It has a port of its own: the room stays when the camera is gone.
    """
