"""Part by part against what Ultralytics, torchvision and Pillow do, on sizes and pictures that nobody expects."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yoloport.runtime.decode import boxes, masks, rotated
from yoloport.runtime.decode.candidates import Candidates, Choice, above, ready
from yoloport.runtime.decode.suppress import suppress
from yoloport.runtime.prepare import pictures
from yoloport.runtime.prepare.classify import centre_crop
from yoloport.runtime.prepare.letterbox import fit, letterbox

pytestmark = pytest.mark.torch
SIDES = st.one_of(st.integers(1, 60), st.integers(1, 1500), st.sampled_from([1, 10000]))
SIXTY = settings(max_examples=60)


@pytest.fixture(scope="module", autouse=True)
def offline(tmp_path_factory):
    os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false")
    os.environ.setdefault("YOLO_CONFIG_DIR", str(tmp_path_factory.mktemp("settings")))


def noise(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    if height * width > 2_000_000:
        return np.full((height, width, channels), seed % 256, np.uint8)
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


@SIXTY
@given(SIDES, SIDES, st.sampled_from([(640, 640), (320, 512), (64, 64)]), st.booleans(), st.booleans(), st.booleans(),
       st.sampled_from([8, 32, 64]), st.sampled_from([1, 3]))  # fmt: skip
def test_letterbox_is_theirs(height, width, size, rect, scaleup, center, stride, channels):
    from ultralytics.data.augment import LetterBox

    picture = noise(height, width, channels)
    theirs = LetterBox(size, auto=rect, scaleup=scaleup, center=center, stride=stride)(image=picture)
    place = fit((height, width), size, rect=rect, stride=stride, scaleup=scaleup, center=center)
    ours = letterbox(picture, place)
    assert ours.shape == theirs.shape and (ours == theirs).all()


@SIXTY
@given(SIDES, SIDES, st.sampled_from([224, 64]))
def test_a_classifier_s_crop_is_theirs_bit_for_bit(height, width, size):
    from PIL import Image
    from ultralytics.data.augment import classify_transforms

    if max(height, width) * size * size > 400 * min(height, width) * size * size:
        height = width = min(height, width)  # torchvision would make a picture of gigabytes before it cuts
    picture = noise(height, width)
    resize, crop = classify_transforms(size).transforms[:2]
    theirs = np.array(crop(resize(Image.fromarray(picture))))
    assert (centre_crop(picture, (size, size)) == theirs).all()


@SIXTY
@given(SIDES, SIDES, st.sampled_from([(640, 640), (448, 640), (128, 640)]), st.booleans(), st.integers(0, 2**31))
def test_the_way_back_into_the_picture_is_theirs(height, width, given_size, centres, seed):
    import torch
    from ultralytics.utils import ops

    rows = np.random.default_rng(seed).uniform(-50, 700, (30, 4)).astype(np.float32)
    theirs = ops.scale_boxes(given_size, torch.from_numpy(rows.copy()), (height, width), xywh=centres).numpy()
    way = boxes.back(given_size, (height, width))
    ours = boxes.centres_into_picture(rows, way) if centres else boxes.into_picture(rows, way)
    assert (ours == theirs).all()


def random_head(rng: np.random.Generator, classes: int, extra: int, places: int, confident: float) -> np.ndarray:
    raw = rng.uniform(0, 640, (1, 4 + classes + extra, places)).astype(np.float32)
    raw[:, 2:4] = rng.uniform(5, 200, (1, 2, places))
    scores = rng.random((1, classes, places)) ** 8
    raw[:, 4 : 4 + classes] = np.where(rng.random(scores.shape) < confident, scores, scores * 0.01)
    return raw


CHOICES = st.builds(
    Choice, conf=st.sampled_from([0.001, 0.25, 0.5]), iou=st.sampled_from([0.3, 0.45, 0.6, 0.7]),
    classes=st.sampled_from([None, (0,), (1, 2)]), agnostic=st.booleans(), multi_label=st.booleans(),
    max_det=st.sampled_from([1, 20, 300]),
)  # fmt: skip


@SIXTY
@given(CHOICES, st.integers(1, 5), st.sampled_from([0, 6]), st.integers(1, 900), st.integers(0, 2**31))
def test_suppression_is_theirs_box_by_box_and_in_their_order(choice, classes, extra, places, seed):
    import torch
    import torchvision  # noqa: F401  upstream takes torchvision's suppression if somebody imported it
    from ultralytics.utils.nms import non_max_suppression

    raw = random_head(np.random.default_rng(seed), classes, extra, places, 0.2)
    theirs = non_max_suppression(
        torch.from_numpy(raw.copy()), choice.conf, choice.iou, choice.classes, choice.agnostic, choice.multi_label,
        max_det=choice.max_det, nc=classes,
    )[0].numpy()  # fmt: skip
    found = above(raw[0], classes, choice)
    found = Candidates(boxes.corners(found.boxes), found.scores, found.classes, found.extra)
    found = found.take(suppress(found, choice))
    ours = np.concatenate((found.boxes, found.scores[:, None], found.classes[:, None], found.extra), 1)
    if extra or theirs.shape[1] == 6:
        assert ours.shape == theirs.shape and (ours == theirs).all()


@SIXTY
@given(CHOICES, st.integers(1, 4), st.integers(1, 500), st.integers(0, 2**31))
def test_suppression_of_rotated_boxes_is_theirs(choice, classes, places, seed):
    import torch
    from ultralytics.utils.nms import non_max_suppression

    rng = np.random.default_rng(seed)
    raw = random_head(rng, classes, 1, places, 0.2)
    raw[:, -1] = rng.uniform(-0.8, 2.4, places)
    theirs = non_max_suppression(
        torch.from_numpy(raw.copy()), choice.conf, choice.iou, choice.classes, choice.agnostic, choice.multi_label,
        max_det=choice.max_det, nc=classes, rotated=True,
    )[0].numpy()  # fmt: skip
    found = above(raw[0], classes, choice)
    found = found.take(rotated.suppress(found, choice))
    ours = np.concatenate((found.boxes, found.scores[:, None], found.classes[:, None], found.extra), 1)
    assert ours.shape == theirs.shape and (ours == theirs).all()


@SIXTY
@given(CHOICES, st.sampled_from([0, 5]), st.integers(0, 2**31))
def test_the_filter_behind_a_graph_that_suppresses_itself_is_theirs(choice, extra, seed):
    import torch
    from ultralytics.utils.nms import non_max_suppression

    rows = np.random.default_rng(seed).random((1, 300, 6 + extra)).astype(np.float32)
    rows[..., 5] = (rows[..., 5] * 4).round()
    theirs = non_max_suppression(
        torch.from_numpy(rows.copy()), choice.conf, choice.iou, choice.classes, max_det=choice.max_det, end2end=True
    )[0].numpy()
    found = ready(rows[0], choice)
    ours = np.concatenate((found.boxes, found.scores[:, None], found.classes[:, None], found.extra), 1)
    assert (ours == theirs).all()


@SIXTY
@given(st.sampled_from([(160, 160), (112, 160), (160, 8)]), st.integers(0, 2**31), SIDES, SIDES)
def test_masks_are_theirs_but_for_pixels_whose_sign_is_a_matter_of_rounding(planes, seed, height, width):
    import torch
    from ultralytics.utils import ops

    height, width = min(height, 900), min(width, 900)
    rng = np.random.default_rng(seed)
    protos = rng.standard_normal((8, *planes), np.float32)
    coefficients = rng.standard_normal((3, 8), np.float32)
    size = (planes[0] * 4, planes[1] * 4)
    rows = np.sort(rng.uniform(-30, 700, (3, 2, 2)), axis=1).reshape(3, 4).astype(np.float32)
    tensors = [torch.from_numpy(one.copy()) for one in (protos, coefficients, rows)]
    theirs = ops.process_mask(*tensors, size, upsample=True).numpy()
    ours = masks.assemble(protos, coefficients, rows, size)
    assert ours.shape == theirs.shape and (ours != theirs).mean() <= 1e-5
    theirs = ops.process_mask_native(*tensors, (height, width)).numpy()
    ours = masks.assemble_native(protos, coefficients, rows, (height, width))
    assert ours.shape == theirs.shape and (ours != theirs).sum() <= 1 + 1e-4 * ours.size


def files(folder: Path):
    """Pictures of every kind that a camera, a scanner or a designer makes, by name."""
    from PIL import Image

    colour = Image.fromarray(noise(37, 53, seed=3))
    deep = Image.fromarray((noise(20, 30, 1, seed=4)[..., 0].astype(np.uint16) << 8) | 99)
    exif = Image.Exif()
    for turn in range(1, 9):
        exif[0x0112] = turn
        colour.save(folder / f"turned{turn}.jpg", exif=exif)
        colour.save(folder / f"turned{turn}.png", exif=exif)
    for mode in ("L", "1", "P", "RGBA", "LA"):
        colour.convert(mode).save(folder / f"{mode}.png")
    for mode in ("L", "RGB", "RGBA"):
        colour.convert(mode).save(folder / f"{mode}.tif")
    for name in ("cmyk.jpg", "cmyk.tif"):
        colour.convert("CMYK").save(folder / name)
    deep.save(folder / "deep.png")
    deep.save(folder / "deep.tif")
    colour.save(folder / "pages.tif", save_all=True, append_images=[colour.rotate(90)])
    colour.save(folder / "progressive.jpg", progressive=True)
    colour.save(folder / "lossless.webp", lossless=True)
    colour.save(folder / "modern.avif")
    Image.new("RGB", (1, 1)).save(folder / "one.png")
    Image.new("L", (10000, 1), 9).save(folder / "line.png")
    return sorted(folder.iterdir())


@pytest.mark.parametrize("channels", [3, 1])
def test_files_are_decoded_as_theirs_are(channels, tmp_path):
    import cv2
    from ultralytics.utils.patches import imread

    flag = cv2.IMREAD_COLOR if channels == 3 else cv2.IMREAD_GRAYSCALE
    seen = 0
    for file in files(tmp_path):
        theirs, ours = imread(str(file), flag), pictures.read(file, channels)
        assert ours.shape == theirs.shape and (ours == theirs).all(), file.name
        seen += 1
    assert seen > 30


def test_pillow_pictures_and_arrays_are_taken_as_theirs_are(tmp_path):
    from PIL import Image
    from ultralytics.data.loaders import LoadPilAndNumpy

    for file in files(tmp_path):
        with Image.open(file) as picture, Image.open(BytesIO(file.read_bytes())) as again:
            for channels in (3, 1):
                theirs = LoadPilAndNumpy(picture, channels).im0[0]
                ours = pictures.of_pillow(again, file.name, channels)
                assert ours.shape == theirs.shape and (ours == theirs).all(), (file.name, channels)
    for shape in ((5, 7), (5, 7, 1), (5, 7, 2), (5, 7, 3), (5, 7, 4)):
        for kind in (np.uint8, np.uint16):
            array = (np.random.default_rng(0).random(shape) * np.iinfo(kind).max).astype(kind)
            for channels in (3, 1):
                theirs = LoadPilAndNumpy(array, channels).im0[0]
                ours = pictures.of_array(array, "a", channels)
                assert ours.shape == theirs.shape and (ours == theirs).all(), (shape, kind, channels)


@pytest.mark.parametrize("apart", [True, False], ids=["branches apart", "branches in the graph"])
@pytest.mark.parametrize("task", ["detect", "segment", "pose", "obb"])
def test_boxes_out_of_the_last_convolutions_are_those_that_the_head_works_out(task, apart, tmp_path, monkeypatch):
    """The head of Ultralytics on random features, as it is and as a conversion leaves it."""
    import torch
    from ultralytics.nn.modules import OBB, Detect, Pose, Segment

    from runtime.doubles import Facts
    from yoloport.inside.convert import branches as saving
    from yoloport.inside.convert import raw_head as converting
    from yoloport.runtime.artifact import Artifact
    from yoloport.runtime.branches_file import branches_of
    from yoloport.runtime.decode.tasks import Sizes, decode

    torch.manual_seed(1)
    make = {"detect": Detect, "segment": Segment, "pose": lambda nc, ch: Pose(nc, (17, 3), ch=ch), "obb": OBB}[task]
    last = make(nc=3, ch=(16, 32, 64)).eval()
    last.stride, last.export = torch.tensor([8.0, 16.0, 32.0]), True
    for branch in last.cv2:
        branch[-1].weight.data.mul_(60)
    for branch in last.cv3:
        branch[-1].weight.data.mul_(60)
        branch[-1].bias.data.fill_(-1)
    features = [torch.randn(2, 16 * 2**n, 8 // 2**n, 12 // 2**n) for n in range(3)]
    model = type("Model", (), {"model": type("Net", (), {"model": [last]})})
    assert converting.why_not(model) == "" and saving.known(last)
    if not apart:
        monkeypatch.setattr(saving, "known", lambda head: False)
    facts = Facts(task=task, names=dict(enumerate("abc")), kpt_shape=(17, 3) if task == "pose" else None)
    with torch.no_grad(), converting.cut(model) as head:
        two = model.model.model[0]([level.clone() for level in features])
    with torch.no_grad():
        one = model.model.model[0]([level.clone() for level in features])
    raw = Facts(**{**vars(facts), "raw_head": head})
    saving.save(last, tmp_path / "branches.npz", half=False)
    found = branches_of(Artifact(tmp_path, tmp_path, "", raw, tmp_path / "branches.npz")) if apart else None
    assert bool(head.branches) is apart
    outputs = [tuple(o.numpy() for o in (out if isinstance(out, tuple) else (out,))) for out in (one, two)]
    sizes, total = Sizes((64, 96), (200, 300)), 0
    for slot, conf in ((0, 0.3), (1, 0.05)):
        theirs, ours = (decode(out, slot, told, sizes, Choice(conf=conf), branches=one) for out, told, one in
                        zip(outputs, (facts, raw), (None, found), strict=True))  # fmt: skip
        for name in ("boxes", "obb", "keypoints"):
            first, second = getattr(theirs, name), getattr(ours, name)
            assert (first is None) == (second is None)
            if first is not None:
                assert np.abs(first - second).max() < 1e-3
                total += len(first)
        assert theirs.masks is None or (theirs.masks != ours.masks).mean() < 1e-4
    assert total > 10
