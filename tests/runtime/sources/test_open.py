"""Every kind of source, and every way in which one is broken."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from yoloport.runtime.prepare.pictures import BrokenPicture
from yoloport.runtime.sources import kinds
from yoloport.runtime.sources.frame import NoSource, Tally
from yoloport.runtime.sources.open import Reading, frames

PICTURE = np.full((12, 16, 3), 90, np.uint8)


def picture(path: Path, value: int = 90) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, np.full((12, 16, 3), value, np.uint8))[1].tobytes())
    return path


def video(path: Path, count: int = 10) -> Path:
    """A video whose n-th frame has the grey value 20 n."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 12.0, (64, 48))
    for number in range(count):
        writer.write(np.full((48, 64, 3), number * 20 % 256, np.uint8))
    writer.release()
    return path


def read(source, **how):
    tally = Tally()
    return list(frames(source, Reading(**how), tally)), tally


@pytest.fixture
def folder(tmp_path) -> Path:
    """Three pictures, a list, a label, a folder that is named like a picture."""
    for name in ("b.png", "a.jpg", "c.bmp"):
        picture(tmp_path / name)
    (tmp_path / "a.txt").write_text("c.bmp\n\n b.png \n")
    (tmp_path / "label.json").write_text("{}")
    (tmp_path / "folder.jpg").mkdir()
    return tmp_path


def names(found) -> list[str]:
    return [Path(frame.path).name for frame in found]


def test_a_folder_is_read_by_name_and_what_is_no_picture_is_passed_over(folder):
    found, tally = read(folder)
    assert names(found) == ["a.jpg", "b.png", "c.bmp"] and (tally.total, tally.done, tally.broken_count) == (3, 3, 0)


def test_a_glob_a_list_and_names_keep_to_their_order(folder):
    assert names(read(str(folder / "*.[bp]*"))[0]) == ["b.png", "c.bmp"]
    assert names(read(folder / "a.txt")[0]) == ["c.bmp", "b.png"]
    assert names(read([folder / "c.bmp", str(folder / "a.jpg")])[0]) == ["c.bmp", "a.jpg"]
    assert names(read(iter([folder / "c.bmp"]))[0]) == ["c.bmp"]


def test_a_csv_list_may_have_a_heading(folder):
    (folder / "list.csv").write_text("\ufeffsource\nb.png\n")
    assert names(read(folder / "list.csv")[0]) == ["b.png"]


def test_a_name_with_the_signs_of_a_glob_is_that_file(tmp_path):
    assert names(read(picture(tmp_path / "[1]" / "a*.png"))[0]) == ["a*.png"]
    assert names(read(tmp_path / "[1]")[0]) == ["a*.png"]


def test_pictures_in_memory_are_numbered():
    found, tally = read([PICTURE, cv2.imencode(".png", PICTURE)[1].tobytes(), PICTURE[:, :, 0]])
    assert names(found) == ["image0.jpg", "image1.jpg", "image2.jpg"] and tally.total == 3
    assert all((frame.picture == PICTURE).all() and frame.number is None for frame in found)
    assert read(PICTURE)[0][0].path == "image0.jpg"


def test_broken_pictures_among_good_ones_are_counted_and_named_and_the_rest_is_done(folder):
    whole = (folder / "a.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpg").write_text("not a picture")
    found, tally = read(folder)
    assert len(found) == 3 and tally.broken_count == 3
    assert {Path(one.path).name: one.why.split(":")[0] for one in tally.broken} == {
        "cut.jpg": "the JPEG ends too early",
        "empty.png": "the file is empty",
        "text.jpg": "not a picture that can be decoded (unknown data)",
    }


def test_a_list_that_names_what_is_not_there_goes_on(folder):
    (folder / "list.txt").write_text("gone.jpg\na.jpg\n")
    found, tally = read(folder / "list.txt")
    assert names(found) == ["a.jpg"] and tally.broken[0].path == "gone.jpg" and "no such file" in tally.broken[0].why


def test_a_million_broken_files_are_counted_and_the_first_are_named():
    tally = Tally()
    for number in range(1000):
        tally.add_broken(str(number), "empty")
    assert tally.broken_count == 1000 and len(tally.broken) == 20


NOTHING = [
    ("no-such-file.jpg", "no such file"),
    ("no-such-*.jpg", "holds no pictures"),
    ([], "empty list"),
    (3.5, "float is no kind of source"),
    (None, "NoneType"),
    (True, "bool"),
]


def test_a_list_that_means_nothing_or_cannot_be_parted_says_so(tmp_path):
    (tmp_path / "list.txt").write_text("*.nothing\n")
    with pytest.raises(NoSource, match="nothing is there that"):
        read(tmp_path / "list.txt")
    (tmp_path / "list.csv").write_text('"' + "x" * 200_000)
    with pytest.raises(NoSource, match="cannot be read: field larger"):
        read(tmp_path / "list.csv")


def test_names_that_no_file_can_have_are_broken_pictures_of_a_list_and_no_source_by_themselves(folder):
    (folder / "list.txt").write_text(f"{'x' * 5000}\na\0b\na.jpg\n")
    found, tally = read(folder / "list.txt")
    assert names(found) == ["a.jpg"] and tally.broken_count == 2
    for name in ("x" * 5000, "9" * 5000, "a\0b"):
        with pytest.raises(NoSource, match="no such file"):
            read(name)


@pytest.mark.parametrize(("source", "why"), NOTHING, ids=[str(case[0]) for case in NOTHING])
def test_a_source_that_is_none_says_what_may_be_one(source, why):
    with pytest.raises(NoSource, match=why) as caught:
        read(source)
    assert "a picture, a video, a folder" in caught.value.remedy


def test_a_folder_or_list_without_pictures_says_so(tmp_path):
    with pytest.raises(NoSource, match="holds no pictures"):
        read(tmp_path)
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(NoSource, match="holds 1 files, but no pictures"):
        read(tmp_path)
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(NoSource, match="empty"):
        read(tmp_path / "empty.txt")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(NoSource, match="cannot be read"):
        read(tmp_path / "bytes.txt")


def test_one_picture_that_is_broken_is_a_problem_of_its_own(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"")
    with pytest.raises(BrokenPicture, match="empty"):
        read(tmp_path / "a.jpg")


def test_a_video_is_read_frame_by_frame_or_every_nth(tmp_path):
    file = video(tmp_path / "a.avi")
    found, tally = read(file)
    assert [frame.number for frame in found] == list(range(10)) and tally.done == 10 and tally.total is None
    assert (found[0].fps, found[0].frames) == (12.0, 10)
    every = read(file, stride=3)[0]
    assert [frame.number for frame in every] == [2, 5, 8]
    assert [round(float(frame.picture.mean()) / 20) for frame in every] == [2, 5, 8]


def test_a_video_that_ends_early_gives_what_it_has_and_is_named(tmp_path):
    file = video(tmp_path / "a.avi", 40)
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    found, tally = read(file)
    assert 0 < len(found) < 40
    assert tally.broken_count == 1 and "ends early" in tally.broken[0].why


def test_a_file_that_is_no_video_is_refused(tmp_path):
    for name in ("a.mp4", "a.gif"):
        (tmp_path / name).write_bytes(b"nothing")
        with pytest.raises(BrokenPicture, match="not a video"):
            read(tmp_path / name)


def test_videos_come_after_pictures_and_a_broken_one_does_not_stop_the_rest(tmp_path):
    video(tmp_path / "a.avi", 2)
    (tmp_path / "b.mp4").write_bytes(b"")
    picture(tmp_path / "c.png")
    found, tally = read(tmp_path)
    assert names(found) == ["c.png", "a.avi", "a.avi"] and tally.broken_count == 1


def test_an_animated_picture_gives_its_frames(tmp_path):
    shown = cv2.Animation()
    shown.frames = [np.full((20, 30, 3), value, np.uint8) for value in (0, 120, 240)]
    shown.durations = [100, 100, 100]
    assert cv2.imwriteanimation(str(tmp_path / "a.gif"), shown)
    found, _ = read(tmp_path / "a.gif")
    assert len(found) == 3 and [frame.number for frame in found] == [0, 1, 2]


def test_a_file_without_a_telling_suffix_is_known_by_its_first_bytes(tmp_path):
    (tmp_path / "upload").write_bytes(cv2.imencode(".png", PICTURE)[1].tobytes())
    assert len(read(tmp_path / "upload")[0]) == 1
    video(tmp_path / "a.avi", 2).rename(tmp_path / "clip")
    assert len(read(tmp_path / "clip")[0]) == 2


KINDS = [
    ("rtsp://camera/1", True), ("rtmp://x/y.mp4", True), ("http://host/stream", True),
    ("https://host/a.MP4?x=1", False), ("http://host/a.jpg", False), (0, True), ("a.mp4", False),
]  # fmt: skip


@pytest.mark.parametrize(("source", "live"), KINDS)
def test_what_has_no_end_is_opened_again_when_it_stops(source, live):
    assert kinds.is_live(source) is live


def test_a_number_is_a_camera_unless_a_file_has_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert kinds.is_camera("0") and kinds.is_camera(2) and not kinds.is_camera("a") and not kinds.is_camera(True)
    (tmp_path / "0").mkdir()
    assert not kinds.is_camera("0")
