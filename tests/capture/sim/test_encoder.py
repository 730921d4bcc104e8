from typing import Any

import av
import numpy as np
import pytest

from nirecap.capture.sim.encoder import AccessUnit, H264Encoder
from nirecap.errors import UsageMistake


def encoded(encoder: H264Encoder, pictures: Any) -> list[AccessUnit]:
    return [encoder.encode(av.VideoFrame.from_ndarray(rgb)) for rgb in pictures]


def decoded(units: list[AccessUnit]) -> list[av.VideoFrame]:
    codec = av.VideoCodecContext.create("h264", "r")
    stream = [b"".join(b"\0\0\0\1" + nal for nal in unit.nal_units) for unit in units]
    packets = [*map(av.Packet, stream), None]
    return [frame for packet in packets for frame in codec.decode(packet)]


def test_colours_come_back() -> None:
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [200, 120, 60]], np.uint8)
    chart = np.repeat(np.repeat(colours[None], 64, axis=0), 32, axis=1)
    (frame,) = decoded(encoded(H264Encoder(192, 64, 15), [chart]))
    assert (frame.colorspace, frame.color_range) == (5, 1)  # BT.601, limited
    shown = frame.to_ndarray(format="rgb24")[:, 16::32].astype(int)
    assert np.abs(shown - colours).max() <= 4


def test_every_picture_comes_out_at_once_and_keyframes_at_the_interval() -> None:
    units = encoded(H264Encoder(64, 48, 10, gop_seconds=0.5), np.zeros((12, 48, 64, 3), np.uint8))
    assert [number for number, unit in enumerate(units) if unit.keyframe] == [0, 5, 10]
    assert len(decoded(units)) == 12
    assert [nal[0] & 0x1F for nal in units[5].nal_units] == [7, 8, 5]


def test_night_vision_noise_survives_within_the_cap() -> None:
    rng = np.random.default_rng(0)
    scene = 60 + 40 * np.sin(np.arange(320) / 20)[None, :, None]
    pictures = np.clip(scene + rng.normal(0, 5, (30, 180, 320, 3)), 0, 255).astype(np.uint8)
    encoder = H264Encoder(320, 180, 15)
    units = encoded(encoder, pictures)
    size = sum(len(nal) for unit in units for nal in unit.nal_units)
    assert size * 8 / 2 < 1.6 * encoder.bitrate  # over two seconds, the first with a full buffer
    grey = [np.stack([frame.to_ndarray()[:180] for frame in decoded(units)]).astype(float)]
    grain = [np.diff(plane, axis=0).std() for plane in grey]
    assert grain[0] > 0.6 * np.diff(pictures @ [0.3, 0.59, 0.11], axis=0).std() * 219 / 255


def test_the_largest_size_is_encoded() -> None:
    picture = np.full((1296, 2304, 3), 77, np.uint8)
    (frame,) = decoded(encoded(H264Encoder(2304, 1296, 15), [picture]))
    assert np.abs(frame.to_ndarray(format="rgb24").astype(int) - 77).max() <= 2


@pytest.mark.parametrize(("width", "height"), [(321, 180), (320, 181), (0, 0), (-2, 4)])
def test_impossible_sizes_are_named(width: int, height: int) -> None:
    with pytest.raises(UsageMistake, match=f"{width}x{height}"):
        H264Encoder(width, height, 15)
