"""Annotated copies: names that do not collide, sources that are not written over, videos that play."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from yoloport.runtime.decode.tasks import Found
from yoloport.runtime.results.results import CannotSave, Results
from yoloport.runtime.results.saving import Album

FOUND = Found(boxes=np.array([[4, 4, 40, 40, 0.9, 0]], np.float32))


def result(path: str, frame: int | None = None, shape: tuple[int, int] = (48, 64)) -> Results:
    return Results(np.zeros((*shape, 3), np.uint8), path, {0: "a"}, FOUND, frame=frame, fps=10.0)


def played(file) -> list[tuple[int, ...]]:
    capture, shapes = cv2.VideoCapture(str(file)), []
    while (got := capture.read())[0]:
        shapes.append(got[1].shape)
    return shapes


def test_pictures_keep_their_names_and_two_of_one_name_are_both_kept(tmp_path):
    with Album(tmp_path / "out") as album:
        files = [album.add(result(path)).name for path in ("x/a.jpg", "y/a.jpg", "z/b.heic", "image0.jpg")]
    assert files == ["a.jpg", "a-2.jpg", "b.jpg", "image0.jpg"]


def test_a_source_is_not_written_over(tmp_path):
    source = tmp_path / "a.jpg"
    source.write_bytes(b"the original")
    with Album(tmp_path) as album:
        assert album.add(result(str(source))).name == "a-2.jpg"
    assert source.read_bytes() == b"the original"


def test_a_video_plays_to_where_it_was_interrupted(tmp_path):
    with pytest.raises(KeyboardInterrupt), Album(tmp_path, stride=2) as album:
        for frame in range(7):
            file = album.add(result("a.mp4", frame))
        raise KeyboardInterrupt
    assert len(played(file)) == 7 and cv2.VideoCapture(str(file)).get(cv2.CAP_PROP_FPS) == 5.0


def test_each_video_is_a_file_of_its_own_and_a_camera_that_changes_size_begins_another(tmp_path):
    with Album(tmp_path) as album:
        given = [("a.avi", 0, (48, 64)), ("a.avi", 1, (48, 64)), ("b.avi", 0, (48, 64)), ("b.avi", 1, (32, 32))]
        files = [album.add(result(*one)).name for one in given]
    assert files[0] == files[1] == "a.mp4" and len(set(files)) == 3
    assert [len(played(tmp_path / name)) for name in sorted(set(files))] == [2, 1, 1]


def test_an_address_becomes_a_file_name(tmp_path):
    with Album(tmp_path) as album:
        file = album.add(result("rtsp://***@camera.example:554/live?x=1", 0))
    assert file.parent == tmp_path and len(played(file)) == 1


def test_a_folder_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotSave):
        Album(tmp_path / "file" / "out")
