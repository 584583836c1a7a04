"""What hangs on a record is what it says it is, upright, small, and without the camera's notes."""

import hashlib
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageDraw

from studio_desk.kernel.problem import DAMAGED, Problem
from studio_desk.store import blobs
from studio_desk.store.file_types import TYPES
from studio_desk.store.home import Home

NewHome = Callable[..., Home]
GPS, EXIF, ORIENTATION, TAKEN = 0x8825, 0x8769, 274, 36867


@pytest.fixture
def home(new_home: NewHome) -> Home:
    return new_home()


def photo(width: int = 640, height: int = 480, form: str = "JPEG", mode: str = "RGB", **more) -> bytes:
    """A picture whose top left quarter is red."""
    image = Image.new("RGB", (width, height), (20, 120, 60))
    ImageDraw.Draw(image).rectangle([0, 0, width // 2, height // 2], fill=(220, 20, 20))
    buffer = io.BytesIO()
    image = image.convert(mode)
    if mode == "RGBA":
        image.putpixel((width - 1, height - 1), (0, 0, 0, 0))
    image.save(buffer, form, **more)
    return buffer.getvalue()


def camera_data(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010F] = "相机厂家ACME"
    exif.get_ifd(EXIF)[TAKEN] = "2026:11:20 09:30:00"
    exif.get_ifd(GPS).update({1: "N", 2: (33.0, 52.0, 8.0), 3: "E", 4: (109.0, 56.0, 1.0)})
    return exif


def document(*entries: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for entry in entries:
            file.writestr(entry, "x")
    return buffer.getvalue()


def count(home: Home) -> int:
    with home.file.read() as c:
        return c.exec_driver_sql("SELECT count(*) FROM blob").scalar_one()


def refused(code: str):
    return pytest.raises(Problem, match=f"^{code}:")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright_whatever_the_camera_was_held_like(home: Home, orientation: int):
    stored = Image.open(io.BytesIO(photo(640, 480)))
    turned = {  # how a camera stores a scene that is 640 wide, 480 high and red at the top left
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    buffer = io.BytesIO()
    (stored.transpose(turned) if turned is not None else stored).save(buffer, "JPEG", exif=camera_data(orientation))
    kept = blobs.put(home, buffer.getvalue(), "a.jpg")
    shown = Image.open(io.BytesIO(blobs.get(home, kept.sha256)))
    assert shown.size == (kept.width, kept.height) == (640, 480)
    assert shown.getpixel((40, 40))[0] > 180
    assert shown.getpixel((600, 440))[0] < 60


def test_what_the_camera_wrote_is_dropped_and_the_day_is_told(home: Home):
    data = photo(exif=camera_data(), comment=b"comment of the camera", xmp=b"<x:xmpmeta>GPSLatitude</x:xmpmeta>")
    kept = blobs.put(home, data, "IMG_1.jpg")
    inside = blobs.get(home, kept.sha256)
    assert (kept.taken, kept.located, kept.mime) == ("2026-11-20", True, "image/jpeg")
    assert not Image.open(io.BytesIO(inside)).getexif()
    for trace in (b"ACME", b"comment of", b"GPSLatitude", b"Exif", b"2026:11"):
        assert trace in data
        assert trace not in inside


def test_coordinates_stay_when_the_settings_say_so_and_nothing_else(home: Home):
    home.change_settings(home.settings.changed(keep_geotag=True))
    kept = blobs.put(home, photo(exif=camera_data()), "a.jpg")
    exif = Image.open(io.BytesIO(blobs.get(home, kept.sha256))).getexif()
    assert exif.get_ifd(GPS)[1] == "N"
    assert [float(v) for v in exif.get_ifd(GPS)[4]] == [109.0, 56.0, 1.0]
    assert 0x010F not in exif
    assert not exif.get_ifd(EXIF)


def test_large_photos_shrink_to_the_settings_and_small_ones_stay(home: Home):
    home.change_settings(home.settings.changed(photo_edge=800))
    kept = blobs.put(home, photo(4000, 3000), "a.jpg")
    assert (kept.width, kept.height) == (800, 600)
    kept = blobs.put(home, photo(300, 200), "b.jpg")
    assert (kept.width, kept.height) == (300, 200)


def test_the_same_file_twice_is_kept_once(home: Home, tmp_path: Path):
    path = tmp_path / "现场.jpg"
    path.write_bytes(photo())
    first, second = blobs.put(home, path), blobs.put(home, path.read_bytes(), "别名.jpg")
    assert first.sha256 == second.sha256
    assert (first.name, second.name, count(home)) == ("现场.jpg", "别名.jpg", 1)
    data = blobs.get(home, first.sha256)
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (first.sha256, first.size)
    assert first.as_json() == {"sha256": first.sha256, "mime": "image/jpeg", "size": first.size, "name": "现场.jpg"}


@pytest.mark.parametrize(
    ("form", "mode", "mime"),
    [
        ("JPEG", "L", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "1", "image/png"),
        ("BMP", "RGB", "image/png"),
        ("GIF", "P", "image/png"),
        ("TIFF", "1", "image/png"),
        ("TIFF", "RGB", "image/jpeg"),
        ("WEBP", "RGB", "image/jpeg"),
        ("WEBP", "RGBA", "image/png"),
    ],
)
def test_every_usual_form_of_image_is_taken_in(home: Home, form: str, mode: str, mime: str):
    kept = blobs.put(home, photo(form=form, mode=mode), f"a.{form.lower()}")
    assert kept.mime == mime
    shown = Image.open(io.BytesIO(blobs.get(home, kept.sha256)))
    shown.load()
    assert shown.size == (640, 480)


def test_the_colour_profile_of_a_phone_stays(home: Home):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = blobs.put(home, photo(icc_profile=profile), "a.jpg")
    assert Image.open(io.BytesIO(blobs.get(home, kept.sha256))).info["icc_profile"] == profile


def test_a_heavy_screenshot_becomes_a_photo(home: Home):
    noise = Image.frombytes("RGB", (1200, 1200), random.Random(1).randbytes(1200 * 1200 * 3))
    buffer = io.BytesIO()
    noise.save(buffer, "PNG")
    assert blobs.put(home, buffer.getvalue(), "a.png").mime == "image/jpeg"


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", SVG),
        ("a.jpg", b"%PDF-1.7\n%%EOF"),
        ("a.png", b"hello"),
        ("a.jpg", b"\xff\xd8\xff"),
        ("a.jpg", photo()[:2000]),
        ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(4000)),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("a.gif", b"GIF89a"),
        ("a.jpg", b"MZ" + bytes(200)),
        ("a.jpg", document("[Content_Types].xml", "word/document.xml")),
    ],
)
def test_an_image_that_is_none_is_refused(home: Home, name: str, data: bytes):
    with refused("NOT_AN_IMAGE") as problem:
        blobs.put(home, data, name)
    assert name in problem.value.sentence
    assert count(home) == 0


def test_images_cut_or_flipped_anywhere_are_refused_or_taken_in_whole(home: Home):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    for form in ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"):
        whole = photo(64, 48, form=form)
        for _ in range(60):
            data = bytearray(whole[: chance.randrange(1, len(whole))] if chance.random() < 0.5 else whole)
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            try:
                kept = blobs.put(home, bytes(data), f"a.{form.lower()}")
            except Problem as problem:
                assert problem.code.isupper()  # noqa: PT017
            else:
                Image.open(io.BytesIO(blobs.get(home, kept.sha256))).load()


def test_a_bomb_is_refused_before_it_is_unpacked(home: Home):
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    for side in (10_000, 30_000, 2**31 - 1):
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        body = zlib.compress(bytes(1000))
        bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
        with refused("IMAGE_TOO_LARGE"):
            blobs.put(home, bomb, "a.png")


def test_many_pages_and_phone_photos_say_what_to_do(home: Home):
    pages = [Image.new("L", (100, 100), n) for n in range(3)]
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])
    with refused("IMAGE_HAS_PAGES") as problem:
        blobs.put(home, buffer.getvalue(), "扫描.tif")
    assert "PDF" in problem.value.remedy
    with refused("IMAGE_FROM_PHONE"):
        blobs.put(home, b"\0\0\0\x18ftypheic" + bytes(100), "IMG_0001.HEIC")


@pytest.mark.parametrize(
    ("name", "data", "mime"),
    [
        ("材料.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf"),
        ("公文.ofd", document("OFD.xml"), "application/ofd"),
        ("a.docx", document("[Content_Types].xml", "word/document.xml"), TYPES[8].mime),
        ("a.xlsx", document("[Content_Types].xml", "xl/workbook.xml"), TYPES[9].mime),
        ("a.pptx", document("[Content_Types].xml", "ppt/presentation.xml"), TYPES[10].mime),
        ("a.wps", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "application/x-ole-storage"),
        ("a.mp3", b"ID3" + bytes(50), "audio/mpeg"),
        ("a.m4a", b"\0\0\0\x18ftypM4A " + bytes(50), "audio/mp4"),
        ("a.mp4", b"\0\0\0\x18ftypisom" + bytes(50), "video/mp4"),
        ("a.txt", "记录".encode("gb18030"), "text/plain"),
        ("a.csv", "记录,一".encode(), "text/plain"),
        ("无后缀", b"%PDF-1.4\n", "application/pdf"),
    ],
)
def test_documents_on_the_list_are_kept_byte_for_byte(home: Home, name: str, data: bytes, mime: str):
    kept = blobs.put(home, data, name)
    assert (kept.mime, kept.size) == (mime, len(data))
    assert blobs.get(home, kept.sha256) == data


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.svg", SVG, "FILE_TYPE_NOT_ALLOWED"),
        ("a.html", b"<html></html>", "FILE_TYPE_NOT_ALLOWED"),
        ("a.exe", b"MZ" + bytes(100), "FILE_TYPE_NOT_ALLOWED"),
        ("a.zip", document("a.txt"), "FILE_TYPE_NOT_ALLOWED"),
        ("a.lnk", b"L\0\0\0" + bytes(100), "FILE_TYPE_NOT_ALLOWED"),
        ("说明", b"plain text", "FILE_TYPE_NOT_ALLOWED"),
        ("a.pdf", SVG, "FILE_TYPE_MISMATCH"),
        ("a.pdf", photo(), "FILE_TYPE_MISMATCH"),
        ("a.docx", document("[Content_Types].xml", "xl/workbook.xml"), "FILE_TYPE_MISMATCH"),
        ("a.docm", document("[Content_Types].xml", "word/vbaProject.bin"), "FILE_HAS_MACROS"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le"), "FILE_HAS_MACROS"),
        ("a.txt", b"", "FILE_EMPTY"),
        ("a.jpg", b"", "FILE_EMPTY"),
    ],
)
def test_other_files_are_refused_with_a_remedy(home: Home, name: str, data: bytes, code: str):
    with refused(code) as problem:
        blobs.put(home, data, name)
    assert problem.value.remedy
    assert count(home) == 0


def test_a_file_that_is_too_large_or_gone_is_refused(home: Home, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(blobs, "MOST_BYTES", 1000)
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-" + bytes(2000))
    with refused("FILE_TOO_LARGE"):
        blobs.put(home, path)
    with refused("MEDIUM_GONE"):
        blobs.put(home, tmp_path / "none.pdf")


def test_an_attachment_that_is_not_here_or_damaged_is_named(home: Home):
    kept = blobs.put(home, photo(), "a.jpg")
    with refused("NO_SUCH_ATTACHMENT"):
        blobs.get(home, "0" * 64)
    assert blobs.missing(home, [kept.sha256, "1" * 64, "0" * 64, "1" * 64]) == ["1" * 64, "0" * 64]
    with home.file.write() as c:
        c.exec_driver_sql("UPDATE blob SET data = ?", (b"x",))
    with refused("ATTACHMENT_DAMAGED") as problem:
        blobs.get(home, kept.sha256)
    assert problem.value.exit_code == DAMAGED


def test_thumbnails_are_small_and_only_of_photos(home: Home):
    kept = blobs.put(home, photo(1600, 1200, form="PNG", mode="RGBA"), "a.png")
    small = Image.open(io.BytesIO(blobs.thumbnail(home, kept.sha256, 120)))
    assert (small.size, small.format) == ((120, 90), "JPEG")
    other = blobs.put(home, b"%PDF-1.7\n", "a.pdf")
    with refused("NOT_AN_IMAGE"):
        blobs.thumbnail(home, other.sha256)
