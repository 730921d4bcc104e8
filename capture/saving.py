"""Write a picture of a shot to its folder, and what is known about how it was taken."""

from dataclasses import asdict

from pydantic import JsonValue

from nirecap.images import encode_png

from .frame import Frame
from .plan import Step
from .records import ImageRecord
from .rig import Taken
from .store import ShotFolder


def save_picture(shot: ShotFolder, step: Step, frame: Frame, packets: bytes | None) -> ImageRecord:
    """Write the camera's own JPEG bytes where there are any, else a lossless PNG, and the packets beside it."""
    height, width = frame.pixels.shape[:2]
    suffix, content = (".jpg", frame.encoded) if frame.encoded else (".png", encode_png(frame.pixels))
    return shot.save(step.stem, suffix, content, (width, height), captured_at=frame.captured_at, packets=packets)


def what_was_seen(step: Step, taken: Taken) -> JsonValue:
    """Return what the journal tells of one picture: the commands with their times, what the pixels said, exposure."""
    frame = taken.settled.frame
    return {
        "image": step.stem,
        "mode": str(step.mode),
        "commands": [
            {"what": command.what, "at": round(command.at, 3), "acknowledged_s": round(command.acknowledged_s, 3)}
            for command in taken.commands
        ],
        "settled_s": round(taken.settled.seconds, 3),
        "arrived_at": round(frame.arrived_at, 3),
        **{name: round(value, 3) for name, value in asdict(taken.look).items()},
        **dict(taken.exposure),
    }
