"""What is taken out of image files before they are published, and that nothing else is."""

import io
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageOps, PngImagePlugin, TiffImagePlugin

from nirecap.dataset_card.privacy import without_private_metadata
from nirecap.errors import ImageError
from nirecap.images import decode_image

SECRETS = (b"SERIAL-12345", b"Ann Owner", b"LENS-777", b"52.5200", b"private note", b"MAKERNOTE")
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6" exif:GPSLatitude="52.5200"/></x:xmpmeta>'


def picture() -> Image.Image:
    rng = np.random.default_rng(3)
    return Image.fromarray(rng.integers(0, 255, (24, 40, 3), dtype=np.uint8))


def private_exif(orientation: int = 6) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Model] = "V12"
    exif[ExifTags.Base.Artist] = "Ann Owner"
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.BodySerialNumber] = "SERIAL-12345"
    inner[ExifTags.Base.LensSerialNumber] = "LENS-777"
    inner[ExifTags.Base.CameraOwnerName] = "Ann Owner"
    inner[ExifTags.Base.MakerNote] = b"MAKERNOTE" * 3
    inner[ExifTags.Base.ExposureTime] = TiffImagePlugin.IFDRational(1, 30)
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    return exif


def saved(kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    picture().save(target, kind, **options)
    return target.getvalue()


def loaded_with_secrets(kind: str) -> bytes:
    exif = private_exif()
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", "private note")
        info.add_itxt("XML:com.adobe.xmp", XMP.decode())
        info.add_text("zipped", "private note", zip=True)
        return saved("PNG", exif=exif, pnginfo=info) + b"private note"
    if kind == "JPEG":
        return saved("JPEG", exif=exif, xmp=XMP, comment=b"private note") + b"\xff\xd8\xff\xe1private note"
    return saved("TIFF", exif=exif, description="private note")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_secrets_go_and_pixels_stay(kind: str) -> None:
    content = loaded_with_secrets(kind)
    assert any(secret in content for secret in SECRETS)
    published = without_private_metadata(content, "a")
    assert [secret for secret in SECRETS if secret in published] == []
    assert np.array_equal(decode_image(content, "a"), decode_image(published, "a"))
    with Image.open(io.BytesIO(published)) as image:
        exif = image.getexif()
        assert not exif.get_ifd(ExifTags.IFD.GPSInfo)
        assert exif[ExifTags.Base.Orientation] == 6
        assert ImageOps.exif_transpose(image).size == (24, 40)
        if kind != "TIFF":
            assert exif[ExifTags.Base.Model] == "V12"
            assert float(exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExposureTime]) == pytest.approx(1 / 30)
    assert without_private_metadata(published, "a") == published


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
def test_files_without_private_metadata_keep_their_bytes(kind: str) -> None:
    content = saved(kind)
    assert without_private_metadata(content, "a") is content
    if kind != "BMP":
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = 8
        content = saved(kind, exif=exif)
        assert without_private_metadata(content, "a") == content


def test_orientation_that_only_xmp_holds_survives() -> None:
    content = saved("JPEG", xmp=XMP)
    published = without_private_metadata(content, "a")
    assert b"GPSLatitude" not in published
    assert decode_image(published, "a").shape == decode_image(content, "a").shape == (40, 24, 3)


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_rows": 1}, {"icc_profile": b"I" * 70_000}])
def test_all_kinds_of_jpeg_keep_what_a_decoder_needs(options: dict[str, object]) -> None:
    content = saved("JPEG", **options)
    assert without_private_metadata(content, "a") == content
    assert without_private_metadata(content[:2] + b"\xff\xfe\x00\x06note" + content[2:], "a") == content


def test_camera_that_pads_its_jpeg_keeps_its_bytes() -> None:
    content = saved("JPEG") + bytes(512)
    assert without_private_metadata(content, "a") == content


def test_second_picture_behind_the_first_goes() -> None:
    content = saved("JPEG")
    assert without_private_metadata(content + saved("JPEG", exif=private_exif()), "a") == content


def test_thumbnail_in_exif_goes() -> None:
    inner = saved("JPEG")
    first = struct.pack(">HHHHIHHI", 42, 0, 8, 1, 0, 0, 0, 0)[:2]
    assert first == b"\0*"
    ifd0 = struct.pack(">H", 1) + struct.pack(">HHIHH", 0x0112, 3, 1, 1, 0) + struct.pack(">I", 26)
    ifd1 = (
        struct.pack(">H", 2) + struct.pack(">HHII", 0x0201, 4, 1, 56) + struct.pack(">HHII", 0x0202, 4, 1, len(inner))
    )
    exif = b"MM\0*\0\0\0\x08" + ifd0 + ifd1 + bytes(4) + inner
    content = saved("JPEG", exif=b"Exif\0\0" + exif)
    published = without_private_metadata(content, "a")
    assert len(published) < len(content) - len(inner) + 64
    assert np.array_equal(decode_image(content, "a"), decode_image(published, "a"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(["PNG", "JPEG", "TIFF"]), data=st.data())
def test_damaged_files_end_in_an_error_or_in_the_same_pixels(kind: str, data: st.DataObject) -> None:
    content = bytearray(loaded_with_secrets(kind))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(8, len(content)))
    damaged = bytes(content[:cut])
    try:
        published = without_private_metadata(damaged, "a")
        before = decode_image(damaged, "a")
    except ImageError:
        return
    assert np.array_equal(before, decode_image(published, "a"))


@pytest.mark.parametrize("count", [0xFFFF, 3])
def test_tiff_whose_directories_lead_in_a_circle_is_refused(count: int) -> None:
    content = b"II*\0" + struct.pack("<IH", 8, count) + bytes(12 * 3) + struct.pack("<I", 8)
    with pytest.raises(ImageError):
        without_private_metadata(content, "a")
