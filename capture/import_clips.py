"""Find the shots in a camcorder's clips and stills, which no name explains: by their pixels and by their times."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
from PIL import ExifTags, Image
from pydantic import JsonValue

from nirecap.errors import ImageError
from nirecap.images import Pixels, decode_image, encode_png, read_bytes
from nirecap.vocabulary import Plan, Role

from .clips import FORMATS, ClipFacts, clip_facts, glimpses, upright, whole_frames
from .frame import SMALL_WIDTH, Frame
from .import_images import Picture, plan_of
from .picture import Look, look_at
from .stretches import Stretch, find_stretches, mode_shown
from .takes import Clock, Moment, Rules, Take, shots_of, views_of

CHOICE_S = 2.0
"""The sharpest frame is sought in this much time at the end of a rest, where exposure and focus have settled."""
SHARP_WIDTH = 640
"""Sharpness is measured on luma this wide: noise and coding averaged, the blur of a movement left."""
AS_SHARP = 0.98
"""Frames within this share of the sharpest are as sharp; of these the middle one is taken."""
SAME_FRAME_S = 0.0005


@dataclass(frozen=True)
class Filmed:
    """A shot that was found; the same interface as `import_images.Found`."""

    scene: str
    takes: dict[Role, Take]

    @property
    def plan(self) -> Plan | None:
        """The plan that the roles make."""
        return plan_of(self.takes)

    @property
    def details(self) -> dict[str, JsonValue]:
        """What each picture was chosen from, for the journal."""
        return {"takes": {str(role): _told(take) for role, take in self.takes.items()}}

    def pictures(self, source: Path) -> dict[Role, Picture]:
        """Read the stills byte for byte, and decode the chosen frames again.

        Raises:
            ImageError: a file has changed since it was searched.
        """
        return {role: _picture(take, source) for role, take in self.takes.items()}


@dataclass(frozen=True, eq=False)
class Candidate:
    """A frame that may stand for its stretch."""

    at: float
    """Seconds since the clip's first frame."""
    sharpness: float
    look: Look
    small: Pixels


def takes_of(path: Path) -> list[Take]:
    """Return the usable pictures of a clip or a still, in order of time; [] where none is in a mode and at rest.

    Raises:
        ImageError: it can't be read; the message names it.
    """
    if path.suffix.lower() not in FORMATS:
        return _still_takes(path)
    try:
        return list(_clip_takes(path))
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from None


def filmed_shots(takes: list[list[Take]], source: Path, rules: Rules) -> tuple[list[Filmed], list[Take]]:
    """Put the takes of all files below `source` together; return the shots, and the takes that found no partner."""
    in_order = sorted(filter(None, takes), key=lambda of_file: (of_file[0].begins_at, of_file[0].path))
    shots: list[Filmed] = []
    begun: dict[Path, int] = {}
    views = views_of([take for of_file in in_order for take in of_file])
    for view in views:
        first = view[0].path
        begun[first] = begun.get(first, 0) + 1
        scene = f"{first.relative_to(source)} view {begun[first]}"
        shots += [Filmed(scene, roles) for roles in shots_of(view, rules)]
    used = {id(take) for shot in shots for take in shot.takes.values()}
    return shots, [take for view in views for take in view if id(take) not in used]


def _clip_takes(path: Path) -> Iterator[Take]:
    facts = clip_facts(path)
    seen = list(glimpses(path))
    begins_at, clock = facts.created_at, Clock.CLIP
    if begins_at is None:
        begins_at, clock = path.stat().st_mtime - seen[-1].at, Clock.FILE  # a file's date is when it was finished
    for stretch in find_stretches(seen):
        candidates = _candidates(path, stretch, facts)
        if candidates:
            chosen = choose(candidates)
            yield Take(
                path=path,
                begins_at=begins_at + stretch.begin,
                ends_at=begins_at + stretch.end,
                clock=clock,
                mode=stretch.mode,
                look=chosen.look,
                size=facts.size,
                small=chosen.small,
                moment=Moment(stretch.begin, stretch.end, chosen.at, len(candidates)),
            )


def _candidates(path: Path, stretch: Stretch, facts: ClipFacts) -> list[Candidate]:
    """Return the whole frames of the stretch's mode at the end of its rest."""
    begin = max(stretch.rest_begin, stretch.rest_end - CHOICE_S)
    found = []
    for frame in whole_frames(path, begin, stretch.rest_end):
        look = look_at(frame.small)
        if mode_shown(look) is stretch.mode and facts.is_of(frame):
            small = upright(frame.small, frame.video.rotation)
            found.append(Candidate(frame.captured_at, sharpness(frame), look, small))
    return found


def choose(candidates: Sequence[Candidate]) -> Candidate:
    """Return the sharpest; of those as sharp, the middle one, farthest from the hand at the camera's key."""
    sharpest = max(candidate.sharpness for candidate in candidates)
    as_sharp = [candidate for candidate in candidates if candidate.sharpness >= AS_SHARP * sharpest]
    return as_sharp[len(as_sharp) // 2]


def sharpness(frame: Frame) -> float:
    """Return the mean absolute Laplacian of luma reduced to at most `SHARP_WIDTH`, levels."""
    width = min(SHARP_WIDTH, frame.video.width)
    height = max(1, round(frame.video.height * width / frame.video.width))
    luma = frame.video.reformat(width, height, "gray").to_ndarray()
    return float(np.abs(cv2.Laplacian(luma, cv2.CV_16S)).mean())


def _still_takes(path: Path) -> list[Take]:
    content = read_bytes(path)
    pixels = decode_image(content, str(path))
    height, width = pixels.shape[:2]
    scale = min(1.0, SMALL_WIDTH / width)
    size = (round(width * scale), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    look = look_at(small)
    if (mode := mode_shown(look)) is None:
        return []
    taken_at, clock = exif_time(content), Clock.EXIF
    if taken_at is None:
        taken_at, clock = path.stat().st_mtime, Clock.FILE
    return [Take(path, taken_at, taken_at, clock, mode, look, (width, height), small)]


def exif_time(content: bytes) -> float | None:
    """Return when an image that was decoded before was taken, Unix seconds; None where it does not tell.

    Without an offset the camera's clock is taken to show the time of this computer's zone.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            tags = image.getexif().get_ifd(ExifTags.IFD.Exif)
        fraction = str(tags.get(ExifTags.Base.SubsecTimeOriginal, "0")).strip()
        told = datetime.strptime(
            f"{tags[ExifTags.Base.DateTimeOriginal]}.{fraction[:6]}{tags.get(ExifTags.Base.OffsetTimeOriginal, '')}",
            "%Y:%m:%d %H:%M:%S.%f%z" if ExifTags.Base.OffsetTimeOriginal in tags else "%Y:%m:%d %H:%M:%S.%f",
        )
        return told.timestamp()
    except Exception:  # tags hold anything, and readers of them raise anything
        return None


def _picture(take: Take, source: Path) -> Picture:
    name = str(take.path.relative_to(source))
    if take.moment is None:
        captured_at = None if take.clock is Clock.FILE else take.begins_at
        content = read_bytes(take.path)
        return Picture(take.path.suffix.lower(), content, take.size, name, take.begins_at, captured_at)
    at = take.moment.frame_at
    frame = next(whole_frames(take.path, at - SAME_FRAME_S, at + SAME_FRAME_S), None)
    if frame is None:
        raise ImageError(f"{take.path}: no frame at {at:.2f} s any more; was it changed?")
    shown_at = take.begins_at - take.moment.begin + at
    captured_at = None if take.clock is Clock.FILE else shown_at
    content = encode_png(upright(frame.pixels, frame.video.rotation))
    return Picture(".png", content, take.size, f"{name} @ {at:.2f} s", shown_at, captured_at)


def _told(take: Take) -> JsonValue:
    told: dict[str, JsonValue] = {"look": str(take.look), "clock": str(take.clock)}
    if take.moment:
        told |= {
            "begin_s": round(take.moment.begin, 2),
            "end_s": round(take.moment.end, 2),
            "frame_s": round(take.moment.frame_at, 3),
            "chosen": f"sharpest of {take.moment.frames} frames at the end of the rest",
        }
    return told
