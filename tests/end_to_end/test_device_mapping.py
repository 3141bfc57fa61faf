"""The nodes of every platform reach a container by the options that the product renders, and nothing else does."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from end_to_end import engines, fake_nodes
from yoloport.host.engine import Engine
from yoloport.platforms.load import load_all
from yoloport.workspace import render_cdi, render_engine, render_scene
from yoloport.workspace.plan import Plan, Request
from yoloport.workspace.render_scene import IMAGE_USER, Scene

pytestmark = pytest.mark.engine
CARDS = 2
REFUSED_HERE = ("--ulimit=memlock=-1",)
"""An engine without CAP_SYS_RESOURCE, as in this project's test machines, cannot raise limits (images.md, G4)."""
# Says of every node below /dev that is none of an empty container's: its numbers, and whether it opens.
LOOK = r"""
for path in $(find /dev ! -type d | sort); do
  [ -c "$path" ] && [ ! -L "$path" ] || continue
  case $path in /dev/null|/dev/zero|/dev/full|/dev/random|/dev/urandom|/dev/tty) continue ;; esac
  case $path in /dev/console|/dev/pts/*|/dev/ptmx) continue ;; esac
  opens=no; (exec 3<"$path") 2>/dev/null && opens=yes
  echo "$path $((0x$(stat -c %t "$path"))):$((0x$(stat -c %T "$path"))) $opens"
done
"""


def scene_of(name: str) -> Scene:
    platform = next(one for one in load_all() if one.name == name)
    return render_scene.of_catalogue(name, CARDS if platform.match.nodes and platform.kind != "processor" else None)


def plan_of(scene: Scene, devices: tuple[int, ...] = ()) -> Plan:
    request = Request("nodes", Path("/nonexistent"), 8888, 0, devices=devices)
    return replace(render_scene.planned(scene, request, IMAGE_USER, "unused"), mounts=())


WITH_NODES = [one.name for one in load_all() if plan_of(scene_of(one.name)).nodes]
WITH_CARDS = [
    one.name
    for one in load_all()
    if one.container.card and one.name in WITH_NODES and 1 in scene_of(one.name).choice.cards
]


@pytest.fixture
def engine() -> Engine:
    client, _ = engines.docker()
    if os.geteuid() != 0:
        pytest.skip("needs root to make device nodes")
    return Engine("docker", client, "", frozenset(), False)


def seen(engine: Engine, options: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Nodes inside a container with these options, for the image's ordinary user without privileges."""
    argv = [engine.client, "run", "--rm", "--network", "none", "--user", "1000:1000", "--cap-drop", "ALL"]
    argv += ["--security-opt", "no-new-privileges", *options, os.environ["YOLOPORT_TEST_BASE"], "sh", "-c", LOOK]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{' '.join(argv)}\n{done.stderr}"
    rows = (line.split() for line in done.stdout.splitlines())
    return {path: (numbers, opens) for path, numbers, opens in rows}


def numbers(path: str) -> str:
    device = Path(path).stat().st_rdev
    return f"{os.major(device)}:{os.minor(device)}"


@pytest.fixture
def planned(request, engine: Engine) -> Iterator[tuple[Scene, Plan]]:
    """The platform's nodes on this machine, and the plan for the machine that it then is."""
    name, devices = request.param
    scene = scene_of(name)
    container = scene.choice.platform.container
    # Drivers whose nodes have a group of their own close them to others; what the catalogue says is what is shown here.
    mode = 0o660 if container.node_group or container.groups else 0o666
    with fake_nodes.made([host for host, _ in plan_of(scene).nodes], mode) as nodes:
        known = {*(node.path for node in scene.host.nodes), *(node.path for node in nodes)}
        folders = tuple(node for node in scene.host.nodes if node.path in known - {one.path for one in nodes})
        scene = replace(scene, host=replace(scene.host, nodes=(*nodes, *folders)))
        yield scene, plan_of(scene, devices)


def options(plan: Plan, engine: Engine) -> tuple[str, ...]:
    return tuple(word for word in render_engine.hand_over(plan, engine) if word not in REFUSED_HERE)


@pytest.mark.parametrize("planned", [(name, ()) for name in WITH_NODES], ids=WITH_NODES, indirect=True)
def test_every_node_of_the_plan_is_in_the_container_and_opens_for_an_ordinary_user(planned, engine: Engine):
    scene, plan = planned
    wanted = {node.path for node in scene.host.nodes if node.gid == fake_nodes.GROUP}
    found = seen(engine, options(plan, engine))
    assert found == {path: (numbers(path), "yes") for path in wanted}


@pytest.mark.parametrize("planned", [(name, (1,)) for name in WITH_CARDS], ids=WITH_CARDS, indirect=True)
def test_a_card_that_was_not_asked_for_is_not_in_the_container(planned, engine: Engine):
    scene, plan = planned
    every = {host for host, _ in plan_of(scene).nodes}
    first = every - {host for host, _ in plan.nodes}
    found = seen(engine, options(plan, engine))
    assert len(first) == 1 and not first & set(found) and set(found)


@pytest.mark.parametrize("planned", [("ascend", ())], indirect=True)
def test_without_the_groups_an_ordinary_user_opens_none_of_them(planned, engine: Engine):
    _, plan = planned
    found = seen(engine, options(replace(plan, groups=()), engine))
    assert found and {opens for _, opens in found.values()} == {"no"}


def test_a_node_that_is_only_mounted_does_not_open_so_that_these_tests_can_fail(engine: Engine):
    with fake_nodes.made(["/dev/yoloport-test0", "/dev/yoloport-test1"], mode=0o666) as nodes:
        mounts = [word for node in nodes for word in ("--volume", f"{node.path}:{node.path}")]
        assert {opens for _, opens in seen(engine, tuple(mounts)).values()} == {"no"}


def takes_cdi(name: str) -> bool:
    try:
        render_cdi.require_possible(scene_of(name).choice)
    except render_cdi.NothingToPass:
        return False
    return True


WITH_CDI = [name for name in WITH_NODES if takes_cdi(name)]


@pytest.mark.parametrize("planned", [(name, ()) for name in WITH_CDI], ids=WITH_CDI, indirect=True)
def test_the_rendered_cdi_specification_hands_the_same_nodes_over(planned, engine: Engine):
    scene, plan = planned
    file = Path("/var/run/cdi") / f"yoloport-test-{plan.platform}.json"
    made = render_cdi.specification(scene.choice, plan, scene.host)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(made))
    try:
        groups = tuple(word for gid in plan.groups for word in ("--group-add", str(gid)))
        found = seen(engine, ("--device", f"{made['kind']}=all", *groups))
    finally:
        file.unlink()
    wanted = {node.path for node in scene.host.nodes if node.gid == fake_nodes.GROUP}
    assert set(found) == wanted and {opens for _, opens in found.values()} == {"yes"}
