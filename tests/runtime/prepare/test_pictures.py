"""Decoding: what kinds of files and arrays become, and what is refused in which words."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoloport.runtime.prepare import pictures
from yoloport.runtime.prepare.containers import look
from yoloport.runtime.prepare.pictures import BrokenPicture

NOISE = np.random.default_rng(1).integers(0, 256, (40, 60, 3), dtype=np.uint8)


def encoded(picture: np.ndarray, suffix: str) -> bytes:
    return cv2.imencode(suffix, picture)[1].tobytes()


def turned(jpeg: bytes, orientation: int) -> bytes:
    """The JPEG with an EXIF segment of one entry: orientation."""
    tiff = b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00" + bytes([orientation]) + b"\x00" * 7
    body = b"Exif\x00\x00" + tiff
    return jpeg[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + jpeg[2:]


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff", ".webp", ".jpg"])
def test_a_file_becomes_rows_columns_and_three_colours(suffix, tmp_path):
    file = tmp_path / f"铁路{suffix}"
    file.write_bytes(encoded(NOISE, suffix))
    picture = pictures.read(file)
    assert picture.shape == NOISE.shape and picture.dtype == np.uint8
    if suffix in (".png", ".bmp", ".tiff"):
        assert (picture == NOISE).all()


def test_grey_16_bit_and_alpha_become_three_colours_of_a_byte():
    deep = NOISE.astype(np.uint16) << 8 | 77
    for suffix in (".png", ".tiff"):
        assert (pictures.decode(encoded(deep, suffix), "deep" + suffix) == NOISE).all()
    clear = np.dstack((NOISE, np.zeros((40, 60), np.uint8)))
    for suffix in (".png", ".tiff"):
        assert (pictures.decode(encoded(clear, suffix), "clear" + suffix) == NOISE).all()
    grey = pictures.decode(encoded(NOISE[:, :, 0], ".png"), "grey.png")
    assert (grey == NOISE[:, :, :1]).all() and grey.shape == (40, 60, 3)
    assert pictures.decode(encoded(NOISE[:, :, 0], ".png"), "grey.png", channels=1).shape == (40, 60, 1)


def test_a_picture_is_turned_as_its_exif_says():
    upright = pictures.decode(encoded(NOISE, ".jpg"), "a.jpg")
    on_its_side = pictures.decode(turned(encoded(NOISE, ".jpg"), 6), "a.jpg")
    assert (on_its_side == np.rot90(upright, -1)).all()


JPEG = encoded(cv2.GaussianBlur(NOISE, (5, 5), 0), ".jpg")
REFUSED = [
    (b"", "empty"),
    (JPEG[: len(JPEG) // 2], "ends too early"),
    (JPEG[:20], "ends too early"),
    (encoded(NOISE, ".png")[:-20], "ends too early"),
    (encoded(NOISE, ".webp")[:-20], "ends too early"),
    (b"this is not a picture at all", "not a picture"),
    (b"\xff\xd8\xff", "ends too early"),
    (JPEG[:-2], "ends too early"),
]


@pytest.mark.parametrize(("data", "why"), REFUSED)
def test_what_is_no_whole_picture_is_refused_and_says_why(data, why):
    with pytest.raises(BrokenPicture, match=why) as caught:
        pictures.decode(data, "x.jpg")
    assert caught.value.picture == "x.jpg" and caught.value.exit and caught.value.remedy


@pytest.mark.parametrize("suffix", [".webp", ".png"])
def test_of_an_animated_picture_the_first_is_taken(suffix):
    shown = cv2.Animation()
    shown.frames = [np.full((20, 30, 4), value, np.uint8) for value in (200, 120, 40)]
    shown.durations = [100, 100, 100]
    picture = pictures.decode(bytes(cv2.imencodeanimation(suffix, shown)[1]), "a" + suffix)
    assert picture.shape == (20, 30, 3) and abs(float(picture.mean()) - 200) < 3


def test_an_end_marker_in_a_thumbnail_does_not_make_half_a_picture_whole():
    thumbnail = b"\xff\xe1" + (len(JPEG) + 2).to_bytes(2, "big") + JPEG
    whole = JPEG[:2] + thumbnail + JPEG[2:]
    assert look(whole).whole and not look(whole[: len(whole) - len(JPEG) // 2]).whole


def test_bytes_after_the_end_do_no_harm():
    assert pictures.decode(JPEG + b"\x00" * 500 + b"\xff\xda", "x.jpg").shape == NOISE.shape


def test_sizes_are_read_without_decoding_and_too_large_a_picture_is_refused():
    assert look(JPEG).size == look(encoded(NOISE, ".png")).size == (40, 60)
    png = bytearray(encoded(NOISE, ".png"))
    png[16:24] = (100_000).to_bytes(4, "big") * 2
    with pytest.raises(BrokenPicture, match="100000 x 100000"):
        pictures.decode(bytes(png), "bomb.png")


BIG = (30_000, 20_000)
HEADS = {
    "bmp": b"BM" + bytes(12) + struct.pack("<IiiHH", 40, BIG[1], -BIG[0], 1, 24),
    "bmp of OS/2": b"BM" + bytes(12) + struct.pack("<IHHHH", 12, BIG[1], BIG[0], 1, 24),
    "tiff": b"II*\0" + struct.pack("<IHHHIIHHII", 8, 2, 256, 4, 1, BIG[1], 257, 4, 1, BIG[0]),
    "tiff, big-endian": b"MM\0*" + struct.pack(">IHHHIHHHHIHH", 8, 2, 256, 3, 1, BIG[1], 0, 257, 3, 1, BIG[0], 0),
    "BigTIFF": b"II+\0" + struct.pack("<HHQQHHQQHHQQ", 8, 0, 16, 2, 256, 16, 1, BIG[1], 257, 16, 1, BIG[0]),
    "webp": b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + bytes(8) + b"\x1f\x4e\0" + b"\x2f\x75\0",
}


@pytest.mark.parametrize("kind", HEADS)
def test_a_header_of_any_kind_that_asks_for_too_much_is_refused_before_it_is_decoded(kind):
    assert look(HEADS[kind]).size == BIG
    with pytest.raises(BrokenPicture, match="20000 x 30000 pixels are more"):
        pictures.decode(HEADS[kind], "bomb")


@pytest.mark.parametrize("suffix", [".bmp", ".tiff", ".webp", ".png", ".jpg"])
@pytest.mark.parametrize("colours", [NOISE, NOISE[:, :, 0], np.dstack((NOISE, NOISE[:, :, :1]))], ids=["3", "1", "4"])
def test_the_size_in_a_header_is_that_of_the_picture(suffix, colours):
    for quality in ([], [cv2.IMWRITE_WEBP_QUALITY, 101]) if suffix == ".webp" else ([],):
        assert look(bytes(cv2.imencode(suffix, colours, quality)[1])).size == NOISE.shape[:2]


def test_forty_megapixels_are_a_picture_like_any_other():
    large = encoded(np.zeros((5000, 8000, 3), np.uint8), ".jpg")
    assert pictures.decode(large, "large.jpg").shape == (5000, 8000, 3)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.jpg", tmp_path):
        with pytest.raises(BrokenPicture, match="cannot be read"):
            pictures.read(path)


ARRAYS = [
    (np.zeros((4, 5), np.uint8), (4, 5, 3)),
    (np.zeros((4, 5, 1), np.uint8), (4, 5, 3)),
    (np.zeros((4, 5, 2), np.uint8), (4, 5, 3)),
    (np.zeros((4, 5, 4), np.uint8), (4, 5, 3)),
    (np.zeros((1, 1, 3), np.uint16), (1, 1, 3)),
]


@pytest.mark.parametrize(("array", "shape"), ARRAYS)
def test_arrays_of_any_number_of_channels_become_three(array, shape):
    assert pictures.of_array(array, "a").shape == shape
    assert pictures.of_array(array, "a", channels=1).shape == (*shape[:2], 1)


@pytest.mark.parametrize("array", [np.zeros((4, 5, 3)), np.zeros((0, 5, 3), np.uint8), np.zeros((2, 4, 5, 3), np.uint8),
                                   np.zeros((4, 5, 7), np.uint8), np.zeros((4, 5), bool)])  # fmt: skip
def test_an_array_that_is_no_picture_is_refused(array):
    with pytest.raises(BrokenPicture, match="array"):
        pictures.of_array(array, "a")


@given(st.binary(max_size=300), st.sampled_from([b"", JPEG[:60], encoded(NOISE, ".png")[:60], b"II*\x00", b"GIF89a"]))
def test_no_bytes_bring_the_decoder_down(data, head):
    try:
        picture = pictures.decode(head + data, "x.bin")
    except BrokenPicture:
        return
    assert picture.ndim == 3 and picture.dtype == np.uint8
