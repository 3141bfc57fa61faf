"""Results: what code that was written for Ultralytics' asks of them. Numbers against theirs in ``test_parity.py``."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from yoloport.runtime.decode.tasks import Found
from yoloport.runtime.results.boxes import OBB, Boxes
from yoloport.runtime.results.masks import Masks, outline
from yoloport.runtime.results.results import CannotSave, Results

NAMES = {0: "安全帽", 1: "head"}
ROWS = np.array([[10, 20, 50, 40, 0.9, 0], [0, 0, 30, 30, 0.5, 1], [5, 5, 9, 9, 0.4, 1]], np.float32)
PICTURE = np.full((60, 80, 3), 128, np.uint8)


def result(**found) -> Results:
    return Results(
        PICTURE, "pictures/a.jpg", NAMES, Found(**found), {"preprocess": 1, "inference": 2, "postprocess": 3}
    )


def detected() -> Results:
    return result(boxes=ROWS)


def segmented() -> Results:
    masks = np.zeros((3, 60, 80), np.uint8)
    for mask, row in zip(masks, ROWS.astype(int), strict=True):
        mask[row[1] : row[3], row[0] : row[2]] = 1
    return result(boxes=ROWS, masks=masks)


def posed() -> Results:
    points = np.random.default_rng(0).uniform(5, 55, (3, 17, 3)).astype(np.float32)
    points[..., 2] = 0.9
    return result(boxes=ROWS, keypoints=points)


def turned() -> Results:
    rows = np.array([[40, 30, 20, 10, 0.5, 0.9, 0], [20, 20, 8, 4, 0.0, 0.5, 1]], np.float32)
    return result(obb=rows)


def classified() -> Results:
    return result(probs=np.array([0.25, 0.75], np.float32))


ALL = [detected, segmented, posed, turned, classified]


def test_boxes_in_every_form():
    boxes = detected().boxes
    assert boxes.xyxy[0].tolist() == [10, 20, 50, 40] and boxes.xywh[0].tolist() == [30, 30, 40, 20]
    assert boxes.xyxyn[0].tolist() == pytest.approx([10 / 80, 20 / 60, 50 / 80, 40 / 60])
    assert boxes.xywhn[0].tolist() == pytest.approx([30 / 80, 30 / 60, 40 / 80, 20 / 60])
    assert boxes.cls.tolist() == [0, 1, 1] and boxes.conf.tolist() == ROWS[:, 4].tolist() and boxes.id is None
    assert boxes.shape == (3, 6) and len(boxes) == 3 and len(boxes[1:]) == 2


def test_code_written_for_tensors_runs():
    boxes = detected().cpu().numpy().boxes
    assert type(boxes.xyxy.cpu().detach().numpy()) is np.ndarray
    for box in boxes:
        assert int(box.cls) in NAMES and float(box.conf) > 0 and box.xyxy[0].tolist()
    assert boxes.xyxy.cpu().numpy().astype(int)[0].tolist() == [10, 20, 50, 40]


def test_tracked_boxes_have_numbers():
    boxes = Boxes(np.array([[1, 2, 3, 4, 17, 0.9, 0]], np.float32), (60, 80))
    assert boxes.is_track and boxes.id.tolist() == [17] and boxes.conf.tolist() == [np.float32(0.9)]
    with pytest.raises(ValueError, match="6 or 7"):
        Boxes(np.zeros((1, 5), np.float32), (60, 80))


def test_rotated_boxes_have_corners_that_turn_with_them():
    obb = OBB(np.array([[40, 30, 20, 10, np.pi / 2, 0.9, 0]], np.float32), (60, 80))
    assert obb.xyxyxyxy[0] == pytest.approx(np.array([[35, 40], [45, 40], [45, 20], [35, 20]]), abs=1e-4)
    assert obb.xyxy[0].tolist() == pytest.approx([35, 20, 45, 40], abs=1e-4)
    assert obb.xyxyxyxyn[0, 0].tolist() == pytest.approx([35 / 80, 40 / 60], abs=1e-4)


def test_masks_have_outlines_in_the_pictures_pixels():
    small = np.zeros((1, 64, 64), np.uint8)
    small[0, 16:33, 0:33] = 1  # the picture lies at 0.8 of its size, 8 rows down
    masks = Masks(small, (60, 80))
    assert masks.xy[0].min(0).tolist() == [0, 10] and masks.xy[0].max(0).tolist() == [40, 30]
    assert masks.xyn[0].max(0).tolist() == [0.5, 0.5]
    assert masks.full.shape == (1, 60, 80) and masks.full[0, 20, 20] and not masks.full[0, 5, 20]


def test_an_empty_mask_has_no_outline_and_one_in_pieces_has_one_line():
    mask = np.zeros((40, 40), np.uint8)
    assert outline(mask).shape == (0, 2)
    for corner in (2, 15, 30):
        mask[corner : corner + 6, corner : corner + 6] = 1
    line = outline(mask)
    filled = cv2.fillPoly(np.zeros_like(mask), [line.astype(np.int32)], 1)
    assert (filled >= mask).all() and filled.sum() < mask.sum() + 60


def test_class_scores():
    probs = classified().probs
    assert (probs.top1, probs.top5, float(probs.top1conf), probs.top5conf.tolist()) == (1, [1, 0], 0.75, [0.75, 0.25])


def test_results_are_counted_indexed_and_gone_through():
    assert [len(make()) for make in ALL] == [3, 3, 3, 2, 2]
    one = segmented()[1]
    assert len(one) == len(one.masks) == 1 and one.boxes.cls.tolist() == [1] and one.names is NAMES
    assert [part.boxes.cls.tolist() for part in detected()] == [[0], [1], [1]]
    assert len(detected()[detected().boxes.conf > 0.45]) == 2
    assert len(result()) == 0 and len(result(boxes=ROWS[:0])) == 0


def test_what_was_found_is_said_in_a_line():
    assert [make().verbose() for make in ALL] == [
        *["1 安全帽, 2 heads, "] * 3, "1 安全帽, 1 head, ", "head 0.75, 安全帽 0.25, "
    ]  # fmt: skip
    assert result(boxes=ROWS[:0]).verbose() == "(no detections), "


def test_a_summary_is_plain_data():
    first = detected().summary()[0]
    assert first == {"name": "安全帽", "class": 0, "confidence": 0.9, "box": {"x1": 10, "y1": 20, "x2": 50, "y2": 40}}
    assert detected().summary(normalize=True)[0]["box"]["x1"] == 0.125
    assert set(segmented().summary()[0]) - set(first) == {"segments"}
    assert set(posed().summary()[0]["keypoints"]) == {"x", "y", "visible"}
    assert len(turned().summary()[0]["box"]) == 8 and classified().summary()[0]["name"] == "head"
    assert all(json.loads(make().to_json()) == make().summary() for make in ALL)


def test_labels_can_be_trained_from(tmp_path):
    assert detected().save_txt(tmp_path / "new/a.txt", save_conf=True) == str(tmp_path / "new/a.txt")
    assert (tmp_path / "new/a.txt").read_text().splitlines()[0] == "0 0.375 0.5 0.5 0.333333 0.9"
    columns = {make.__name__: len(make().save_txt(tmp_path / make.__name__) and
               (tmp_path / make.__name__).read_text().splitlines()[0].split()) for make in ALL}  # fmt: skip
    assert columns == {"detected": 5, "segmented": 9, "posed": 56, "turned": 9, "classified": 2}
    result(boxes=ROWS[:0]).save_txt(tmp_path / "none.txt")
    assert not (tmp_path / "none.txt").exists()


@pytest.mark.parametrize("make", ALL)
def test_everything_found_is_drawn_into_a_copy(make):
    found = make()
    picture = found.plot()
    assert picture.shape == PICTURE.shape and (picture != PICTURE).any() and (PICTURE == 128).all()
    assert (found.plot(labels=False, conf=False, line_width=1) != picture).any() or found.probs is not None


def test_nothing_found_draws_nothing_and_grey_pictures_take_colour():
    assert (result(boxes=ROWS[:0]).plot() == PICTURE).all()
    grey = Results(PICTURE[:, :, :1], "a.jpg", NAMES, Found(boxes=ROWS))
    assert grey.plot().shape == PICTURE.shape


def test_a_mask_tints_its_pixels_and_no_others():
    found = segmented()[0]
    changed = (found.plot(labels=False, conf=False, line_width=1) != PICTURE).any(2)
    rows, columns = np.nonzero(changed)
    assert changed[30, 30] and rows.min() >= 19 and rows.max() <= 41 and columns.min() >= 9 and columns.max() <= 51


def test_a_picture_is_saved_under_any_name(tmp_path):
    for name in ("a.jpg", "新/铁路.png", "bare"):
        file = detected().save(tmp_path / name)
        assert cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR).shape == PICTURE.shape


def test_what_cannot_be_saved_says_so(tmp_path):
    with pytest.raises(CannotSave, match="suffix"):
        detected().save(tmp_path / "a.xyz")
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotSave) as caught:
        detected().save(tmp_path / "file" / "a.jpg")
    assert caught.value.why and caught.value.exit


def test_supervision_is_asked_for_by_name_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "supervision", None)
    with pytest.raises(ImportError, match="pip install supervision"):
        detected().to_supervision()


def test_supervision_gets_what_it_takes_from_ultralytics_itself():
    supervision = pytest.importorskip("supervision", minversion="0.29")
    kinds = [type(make().to_supervision()).__name__ for make in ALL]
    assert kinds == ["Detections", "Detections", "KeyPoints", "Detections", "Classifications"]
    for make in (detected, segmented, turned):
        ours, theirs = make().to_supervision(), supervision.Detections.from_ultralytics(make())
        assert ours == theirs
    assert posed().to_supervision() == supervision.KeyPoints.from_ultralytics(posed())
