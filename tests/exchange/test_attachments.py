"""Pictures are measured by their heads, as their decoder would, without its work."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from studio_desk.exchange.attachments import check_attachment
from studio_desk.kernel.problem import Problem


def told(data: bytes) -> str:
    """Width and height of a picture that is refused as too large."""
    with pytest.raises(Problem) as refused:
        check_attachment("0" * 64, data, ("图.gif",))
    assert refused.value.code == "IMAGE_BOMB"
    return f"{refused.value.more['width']}×{refused.value.more['height']}"


@pytest.mark.parametrize("pictures", [1, 3])
@pytest.mark.parametrize("comment", [b"", b"x" * 600])
def test_a_gif_is_measured_as_its_decoder_measures_it(pictures: int, comment: bytes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("studio_desk.exchange.attachments.MAX_PIXELS", 370 * 41 - 1)
    first, *more = (Image.new("RGB", (370, 41), (shade, 0, 0)) for shade in range(pictures))
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=more, comment=comment, disposal=2)
    with Image.open(buffer) as image:
        assert told(buffer.getvalue()) == f"{image.width}×{image.height}"


@pytest.mark.parametrize("kept", [0, 3, 6, 9, 10, 12, 13, 15, 18, 22, 30])
def test_a_gif_that_ends_too_early_is_a_broken_picture_and_no_bomb(kept: int):
    buffer = io.BytesIO()
    Image.new("P", (370, 41)).save(buffer, "GIF")
    check_attachment("0" * 64, buffer.getvalue()[:kept], ())


def test_a_picture_whose_head_needs_all_memory_is_not_taken_for_a_broken_one(monkeypatch: pytest.MonkeyPatch):
    def greedy(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image, "open", greedy)
    with pytest.raises(MemoryError):
        check_attachment("0" * 64, b"BM", ("图.bmp",))
