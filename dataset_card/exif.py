"""EXIF reduced to what says how a picture was taken, not where, by whom, or with which device."""

import io
import struct

from PIL import ExifTags, Image

from nirecap.errors import ImageError

HEAD = b"Exif\0\0"
MAX_BYTES = 1 << 20
"""Of EXIF; a segment of a JPEG file holds less than 64 KiB."""
ORIENTATION = int(ExifTags.Base.Orientation)
POINTERS = {int(ExifTags.Base.ExifOffset)}
"""Entries that lead to a directory of entries that is looked into."""
STRUCTURE = frozenset(
    int(tag)
    for tag in (
        ExifTags.Base.XResolution,
        ExifTags.Base.YResolution,
        ExifTags.Base.ResolutionUnit,
        ExifTags.Base.YCbCrPositioning,
        ExifTags.Base.Orientation,
    )
)
TAKING = frozenset(
    int(getattr(ExifTags.Base, name))
    for name in """
    Make Model Software DateTime DateTimeOriginal DateTimeDigitized OffsetTime OffsetTimeOriginal OffsetTimeDigitized
    SubsecTime SubsecTimeOriginal SubsecTimeDigitized ExposureTime FNumber ExposureProgram ISOSpeedRatings
    SensitivityType RecommendedExposureIndex ExifVersion ComponentsConfiguration CompressedBitsPerPixel
    ShutterSpeedValue ApertureValue BrightnessValue ExposureBiasValue MaxApertureValue MeteringMode LightSource Flash
    FocalLength FlashPixVersion ColorSpace ExifImageWidth ExifImageHeight SensingMethod ExposureMode WhiteBalance
    DigitalZoomRatio FocalLengthIn35mmFilm SceneCaptureType GainControl Contrast Saturation Sharpness
    """.split()  # noqa: SIM905 - a list of them would be fifty lines
)
PUBLIC = STRUCTURE | TAKING
"""Entries that are published; all others go, as makers put serial numbers into many of them."""


def public_exif(content: bytes, name: str) -> bytes | None:
    """Return EXIF (from its byte order on) without what is private; None where it holds nothing private.

    Args:
        content: EXIF, with or without the `Exif` that begins it in JPEG files.
        name: what errors call the file.

    Raises:
        ImageError: it is larger than `MAX_BYTES`.
    """
    if len(content) > MAX_BYTES:
        raise ImageError(f"{name}: {len(content)} bytes of EXIF, more than {MAX_BYTES}; remove them with `exiftool`")
    try:
        found = Image.Exif()
        found.load(content)
        inner = found.get_ifd(ExifTags.IFD.Exif)
    except Exception:  # damaged EXIF raises anything
        return b""
    tail = _what_follows(content)
    if found.keys() - POINTERS <= PUBLIC and inner.keys() <= PUBLIC and not tail:
        return None
    return _written(found, inner)


def orientation_exif(orientation: int) -> bytes:
    """Return EXIF that holds an orientation and nothing else."""
    return b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", ORIENTATION, 3, 1, orientation, 0) + b"\0\0\0\0"


def orientation_of(content: bytes, name: str) -> int:
    """Return how the reader of pictures turns this file, 1 to 8; it also looks into XMP.

    Raises:
        ImageError: it can't be read.
    """
    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "TIFF", "BMP"]) as image:
            found = image.getexif().get(ORIENTATION, 1)
    except Exception as error:  # damaged input raises anything
        raise ImageError(f"{name}: damaged image ({error})") from None
    return found if found in range(1, 9) else 1


def _written(found: Image.Exif, inner: dict[int, object]) -> bytes:
    """Return the public entries as EXIF of their own."""
    kept = Image.Exif()
    for tag in sorted(found.keys() & PUBLIC):
        kept[tag] = found[tag]
    if taking := {tag: value for tag, value in inner.items() if tag in PUBLIC}:
        kept.get_ifd(ExifTags.IFD.Exif).update(taking)
    try:
        return bytes(kept.tobytes()).removeprefix(HEAD)
    except Exception:  # values that can't be written again, such as fractions of 0
        return b""


def _what_follows(content: bytes) -> bool:
    """Tell whether there is more than the two directories: a thumbnail, which may show what was cut away."""
    body = content.removeprefix(HEAD)
    try:
        order = "<" if body[:2] == b"II" else ">"
        (start,) = struct.unpack_from(order + "I", body, 4)
        (count,) = struct.unpack_from(order + "H", body, start)
        (following,) = struct.unpack_from(order + "I", body, start + 2 + 12 * count)
    except struct.error:
        return True
    return bool(following)
