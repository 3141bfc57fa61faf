from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from yoloport.datasets.helmet_scenes.compose import compose
from yoloport.datasets.helmet_scenes.draw import draw_scene, render
from yoloport.datasets.helmet_scenes.scene import HEAD, HELMET, Light, Person, Prop, Scene

SIZE = (320, 240)
CLEAR = Light((0.0, -1.0), 1.0, 1.0, (1.0, 1.0, 1.0), 0.0, (), 0.3, 0, 0.0, 0)


def person(scene: Scene, **changes: object) -> Person:
    """Someone standing straight in the middle of a 320 x 240 picture, head 50 pixels high."""
    here = {"x": 160.0, "y": 100.0, "head": 50.0, "tilt": 0.0, "lean": 0.0}
    plain = replace(scene.people[0], view="front", hair="short", arms="down", **here)
    return replace(plain, **changes)  # type: ignore[arg-type]


def prop(scene: Scene, **changes: object) -> Prop:
    return replace(scene.props[0], **changes)  # type: ignore[arg-type]


@pytest.fixture()
def empty() -> Scene:
    """A scene whose people and props the test puts in."""
    return replace(compose(0, 0, SIZE), light=CLEAR)


def only(scene: Scene, people: tuple[Person, ...], props: tuple[Prop, ...] = ()) -> Scene:
    return replace(scene, people=people, props=props)


def test_the_same_seed_and_index_draw_the_same_pixels_and_boxes() -> None:
    first, second = draw_scene(3, 7, SIZE), draw_scene(3, 7, SIZE)
    assert np.array_equal(first[0], second[0]) and first[1] == second[1]


def test_another_seed_or_index_draws_another_picture() -> None:
    picture = draw_scene(3, 7, SIZE)[0]
    assert not np.array_equal(picture, draw_scene(4, 7, SIZE)[0])
    assert not np.array_equal(picture, draw_scene(3, 8, SIZE)[0])


def test_a_picture_is_bgr_bytes_of_the_size_asked_for() -> None:
    picture, _ = draw_scene(0, 0, (321, 200))
    assert picture.shape == (200, 321, 3) and picture.dtype == np.uint8


def test_boxes_lie_inside_the_picture_and_are_not_slivers() -> None:
    boxes = [box for index in range(30) for box in draw_scene(1, index, SIZE)[1]]
    assert boxes
    for box in boxes:
        assert 0 <= box.left <= box.right - 8 and box.right <= SIZE[0]
        assert 0 <= box.top <= box.bottom - 8 and box.bottom <= SIZE[1]


def test_each_class_is_more_than_three_in_ten_boxes() -> None:
    labels = [box.label for index in range(60) for box in draw_scene(0, index, SIZE)[1]]
    for label in (HELMET, HEAD):
        assert labels.count(label) > 0.3 * len(labels)


def test_the_box_fits_the_head_whatever_is_worn_on_it(empty: Scene) -> None:
    bare = replace(person(empty), helmet=None)
    (box,) = render(only(empty, (bare,)))[1]
    assert box.label == HEAD
    assert box.top == pytest.approx(100 - 25, abs=8) and box.bottom == pytest.approx(100 + 25, abs=6)
    (covered,) = render(only(empty, (replace(bare, helmet=empty.props[0].helmet),)))[1]
    assert covered.label == HELMET
    assert covered.top < box.top - 3 and covered.right - covered.left > box.right - box.left


@pytest.mark.parametrize("kind", ["lamp", "ball", "bucket", "sign", "pipe", "table", "hook"])
def test_what_only_looks_like_a_helmet_is_not_labelled(empty: Scene, kind: str) -> None:
    thing = prop(empty, kind=kind, x=160.0, y=120.0, size=50.0)
    without, _ = render(only(empty, ()))
    picture, boxes = render(only(empty, (), (thing,)))
    assert boxes == []
    assert (np.abs(picture.astype(int) - without).max(axis=2) > 20).sum() > 500


def test_a_head_behind_something_near_is_not_labelled_and_one_before_it_is(empty: Scene) -> None:
    crate = prop(empty, kind="barrel", x=160.0, y=95.0, size=60.0, near=60.0)
    assert render(only(empty, (person(empty),), (crate,)))[1] == []
    assert len(render(only(empty, (person(empty),), (replace(crate, near=40.0),)))[1]) == 1


def test_a_box_covers_only_what_is_seen_of_a_head(empty: Scene) -> None:
    bare = replace(person(empty), helmet=None)
    (whole,) = render(only(empty, (bare,)))[1]
    crate = prop(empty, kind="barrel", x=190.0, y=95.0, size=40.0, near=60.0)
    (half,) = render(only(empty, (bare,), (crate,)))[1]
    assert half.left == whole.left and half.right < whole.right - 5


def test_a_head_cut_by_the_edge_has_a_box_that_ends_there(empty: Scene) -> None:
    (box,) = render(only(empty, (person(empty, x=2.0),)))[1]
    assert box.left == 0 and box.right < 40


def test_scenes_differ_in_place_crowd_and_dress() -> None:
    scenes = [compose(0, index, SIZE) for index in range(80)]
    people = [one for scene in scenes for one in scene.people]
    assert len({scene.place for scene in scenes}) == 4
    assert {len(scene.people) for scene in scenes} >= {1, 2, 3, 4, 5}
    assert len({one.view for one in people}) == 4 and len({one.hair for one in people}) == 7
    assert any(one.clothes.vest and one.helmet is None for one in people), "a vest must not give a helmet away"
    assert any(one.clothes.vest is None and one.helmet for one in people)
