"""Every problem that a user can meet: cause, remedy, where to read on, and a code that means one thing."""

from __future__ import annotations

import ast
import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from yoloport import errors, runtime
from yoloport.ci import problems as ci
from yoloport.cli import app, present
from yoloport.compat import decide
from yoloport.environment import install, pip, prepare
from yoloport.errors import Exit, Problem
from yoloport.host import builder, engine, ports, recorded, snapshot_file
from yoloport.host.facts import PciDevice
from yoloport.image import base, build, files, mirrors, recipe
from yoloport.image import runtime as runtime_image
from yoloport.image.bundle import problems as bundle
from yoloport.image.trial import problems as trial
from yoloport.platforms import choose, load, overrides
from yoloport.runtime import artifact, engine_problems, formats, memory, metadata, model, session
from yoloport.runtime.decode import tasks
from yoloport.runtime.prepare import pictures
from yoloport.runtime.results import results
from yoloport.runtime.sources import frame
from yoloport.workspace import (
    architecture,
    arrange,
    checks,
    plan,
    register,
    render_asked,
    render_cdi,
    render_kubernetes,
    render_scene,
    start,
    stop,
)
from yoloport.workspace.register import Record

SOURCE = Path(errors.__file__).parent
DOCUMENTS = {"exit-codes.md", "install.md", "platforms.md", "engines.md", "workspace.md", "images.md", "datasets.md",
             "doctor.md", "versions.md", "accelerator.md", "adding-a-platform.md",
             "replaceable-modules.md", "bundle.md", "runtime.md", "render.md", "ci.md", "convert.md"}  # fmt: skip
CPU = load.load("ascend")
FOLDER = Path("/data")
DOCKER = engine.Engine("docker", "docker", "26", frozenset(), False)
RECORD = Record("line2", "local", "", "cpu", "/data", 8888, 0, False, "lin")
CARD = PciDevice("0000:01:00.0", "19e5", "d500", "1200", "")

MADE: list[Callable[[], Problem]] = [
    lambda: install.DiskFull(FOLDER, 2000, 10),
    lambda: install.BrokenPair(FOLDER, "undefined symbol"),
    lambda: prepare.NoWheelhouse(FOLDER),
    lambda: pip.InstallFailed("torch", FOLDER / "log", "no match"),
    lambda: pip.NoNetwork("torch", FOLDER / "log", "refused"),
    lambda: present.NoRoomLeft(OSError(errno.ENOSPC, "No space left on device")),
    lambda: app.VerbLeftOut("up", "predict, doctor"),
    lambda: base.NoBase("ascend", " on openeuler", ("debian:bookworm-slim",)),
    lambda: base.NoSuchChip("ascend", "MLU370", ("310P",)),
    lambda: base.CannotExist("ascend:cuda", "cuda", "ascend", "quay.io/ascend/cann"),
    lambda: mirrors.BadMirror("tuna", "is no file"),
    lambda: recipe.NoSuchArchitecture("sparc"),
    lambda: recipe.NotInWheelhouse(FOLDER, ("torchvision 0.21.0",), "3.11", "x86_64"),
    lambda: files.FolderInUse(FOLDER, "it is not empty"),
    lambda: runtime_image.NoRuntimeImage("ascend", ("cpu",), "quay.io/ascend/cann:9"),
    lambda: runtime_image.NoRuntimeImage("cpu", ("cpu",), "openeuler/openeuler:24.03-lts"),
    lambda: bundle.NoImageToBundle("docker", "yoloport/workspace:cpu", "cpu"),
    lambda: bundle.WrongImage("yolo:1", "is for arm64"),
    lambda: bundle.FolderNotEmpty(FOLDER),
    lambda: bundle.BundleDiskFull(FOLDER, 9000, 10),
    lambda: bundle.NotABundle(FOLDER, "has no bundle.json"),
    lambda: bundle.BadModel(FOLDER / "best.pt", "is empty"),
    lambda: bundle.BadSbom(FOLDER / "sbom.json", "is not JSON"),
    lambda: bundle.NoDocuments(),
    lambda: bundle.BrokenSave("yolo:1", "ended early"),
    lambda: bundle.NoCompressor("zstd"),
    lambda: bundle.BadSize("4X", "no such unit"),
    lambda: trial.NoImageToTest("docker", "yolo:1"),
    lambda: trial.NotOurs("yolo:1", "it has no label yoloport.platform"),
    lambda: trial.WillNotStart("yolo:1", "exec format error"),
    lambda: trial.NotPassed("yolo:1", ("stop",)),
    lambda: trial.CannotStamp("yolo:1", "no space left"),
    lambda: trial.CannotKeep(FOLDER, "read-only"),
    lambda: trial.UnknownCheck("stopp", ("stop",)),
    lambda: ci.BadRegistry("a b", "it has a space"),
    lambda: ci.PipelineExists(FOLDER / "ci.yml"),
    lambda: ci.OneFileForSeveral(FOLDER / "ci.yml", ("cpu", "ascend")),
    lambda: ci.CannotWritePipeline(FOLDER / "ci.yml", "read-only"),
    lambda: build.BuildFailed("image", "exit 1", FOLDER / "log"),
    lambda: register.NoWorkspace("line2", ()),
    lambda: start.NotAnswering("line2", "ended before it answered", "log"),
    lambda: start.EngineRefused(DOCKER, "port is already allocated"),
    lambda: arrange.NoImage("docker", "yoloport/workspace:cpu", "cpu"),
    lambda: arrange.BadDevices("first"),
    lambda: plan.NoSuchDevice(7, (0, 1), "ascend"),
    lambda: stop.StillRunning(RECORD, "process 1 outlives a kill"),
    lambda: checks.BadName("a b"),
    lambda: checks.DataFolderUnusable(FOLDER, "read-only"),
    lambda: checks.DataDiskFull(FOLDER, 3),
    lambda: checks.NameTaken(RECORD, "http://127.0.0.1:8888/lab"),
    lambda: checks.BadKeyFile(FOLDER, "empty"),
    lambda: checks.BadCertificate("a certificate needs its key"),
    lambda: overrides.BadVersionsFile(FOLDER, "not TOML"),
    lambda: recorded.BadSnapshot(FOLDER, "empty"),
    lambda: snapshot_file.CannotWriteSnapshot(FOLDER, "no space left"),
    lambda: decide.NoVersions("cpu", None, "torch is for Python 3.10"),
    lambda: choose.AcceleratorNotUsable(CPU, CARD),
    lambda: choose.WrongArchitecture(CPU, "riscv64"),
    lambda: choose.NoCards(CPU),
    lambda: load.UnknownPlatform("tpu", ("cpu",)),
    lambda: load.BadPlatformFolder(FOLDER, "torch.device", "missing"),
    lambda: engine.EngineProblem("docker", "docker is not installed", "install docker"),
    lambda: memory.OutOfMemory("predicting", "bad allocation"),
    lambda: architecture.ImageOfAnotherArchitecture("yoloport/workspace:cpu", "aarch64", "x86_64"),
    lambda: engine.NotThisEngine("buildah", engine.NAMES),
    lambda: builder.NoBuilder([engine.EngineProblem("docker", "docker is not installed", "install docker")]),
    lambda: builder.TooOldToBuild(DOCKER, "20.10"),
    lambda: runtime.MissingPart("cv2"),
    lambda: pictures.BrokenPicture("a.jpg", "is empty"),
    lambda: tasks.OutputsDisagree("detect", [(1, 2)], "(batch, 84, places)"),
    lambda: results.CannotSave(FOLDER, "read-only"),
    lambda: frame.NoSource("photos", "is empty"),
    lambda: frame.StreamLost("rtsp://camera.example", 0, 5),
    lambda: model.BadChoice("conf", 2, "between 0 and 1"),
    lambda: metadata.BadMetadata("best.onnx", "its metadata lacks task"),
    lambda: artifact.NotAnArtifact(FOLDER, "does not exist"),
    lambda: session.NoSession("om", ("onnx",)),
    lambda: session.CannotLoad("best.onnx", "is cut off"),
    lambda: formats.BadSessionTable(FOLDER, "not TOML"),
    lambda: engine_problems.EngineFailed("acl", "aclrt.set_device", "107001"),
    lambda: engine_problems.EngineRefused("best.om", "acl", "acl.mdl.load_from_file", "500002"),
    lambda: engine_problems.SessionClosed("acl"),
    lambda: render_scene.CannotHave(9, "ascend", "it has 2"),
    lambda: render_scene.NoImageKnown("ascend"),
    lambda: render_scene.BadImageName("a b"),
    lambda: render_scene.NotAPathThere(FOLDER, "--data"),
    lambda: render_asked.BadUser("x"),
    lambda: render_asked.CannotWrite(FOLDER, "no space left"),
    lambda: render_asked.CardsOfWhat(2),
    lambda: render_cdi.NothingToPass("cpu", "it has no nodes", "leave it away"),
    lambda: render_kubernetes.NoResource("rockchip"),
    lambda: render_kubernetes.BadClusterWord("--size", "x", "20Gi"),
    lambda: ports.PortTaken(8888, "", None),
    lambda: ports.BadPort(0, "ports go from 1 to 65535"),
]
ELSEWHERE = ("inside", "datasets")  # their own tests make these: some need torch or a dataset


def problem_classes() -> dict[str, ast.ClassDef]:
    """Every class that is a Problem, by ``folder.Name``, found in the source without importing it."""
    classes = {
        f"{file.relative_to(SOURCE).parts[0]}.{node.name}": node
        for file in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    known = {"Problem"}
    while True:
        found = {k: n for k, n in classes.items() if {ast.unparse(b).split(".")[-1] for b in n.bases} & known}
        names = {node.name for node in found.values()}
        if names <= known:
            return found
        known |= names


def test_every_problem_of_the_host_side_is_in_the_list_above():
    named = {f"{type(make()).__module__.split('.')[1]}.{type(make()).__name__}" for make in MADE}
    there = {name for name in problem_classes() if name.split(".")[0] not in ELSEWHERE}
    assert there - named == set()


def test_every_problem_says_what_it_is_for_and_no_two_say_the_same():
    words = {name: ast.get_docstring(node) for name, node in problem_classes().items()}
    assert all(words.values()), [name for name, text in words.items() if not text]
    assert len(set(words.values())) == len(words)


NO_PLACE = {"BadPlatformFolder"}  # a fault of the project itself: the remedy names the source file to read


@pytest.mark.parametrize("make", MADE, ids=lambda make: type(make()).__name__)
def test_a_problem_has_cause_remedy_place_and_code(make: Callable[[], Problem]):
    problem = make()
    assert problem.cause and problem.remedy and str(problem) == problem.cause
    assert problem.exit in Exit and problem.exit is not Exit.OK
    if type(problem).__name__ not in NO_PLACE:
        assert problem.exit is not Exit.UNEXPECTED
        assert problem.see.startswith("https://") or problem.see.removeprefix("docs/en/") in DOCUMENTS, problem.see


def test_every_document_that_the_source_names_is_one_of_those_written():
    named = {
        word.strip("`.,;)\"'")
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for word in node.value.split()
        if word.startswith("docs/en/") and word.rstrip("`.,;").endswith(".md")
    }
    assert {name.removeprefix("docs/en/") for name in named} <= DOCUMENTS


@pytest.mark.parametrize("make", MADE, ids=lambda make: type(make()).__name__)
def test_a_problem_is_data_that_json_can_hold(make: Callable[[], Problem], capsys):
    problem = make()
    with pytest.raises(BaseException) as caught, present.problems(json_wanted=True):
        raise problem
    assert getattr(caught.value, "exit_code", None) == int(problem.exit)
    said = json.loads(capsys.readouterr().out)
    assert (said["ok"], said["problem"], said["exit"]) == (False, type(problem).__name__, int(problem.exit))
    assert (said["cause"], said["remedy"], said["see"]) == (problem.cause, problem.remedy, problem.see)


def test_square_brackets_in_a_cause_are_shown_and_not_taken_for_markup(capsys):
    with pytest.raises(BaseException), present.problems():  # noqa: B017  typer's own Exit
        raise checks.BadName("[red]x[/]")
    assert "[red]x[/]" in capsys.readouterr().err


def test_an_interrupt_has_the_shells_own_code(capsys):
    with pytest.raises(BaseException) as caught, present.problems():
        raise KeyboardInterrupt
    assert getattr(caught.value, "exit_code", None) == 130 and "nothing is lost" in capsys.readouterr().err


def test_a_disk_that_becomes_full_anywhere_in_a_verb_is_a_problem_and_other_faults_of_files_are_not(capsys):
    with pytest.raises(BaseException) as caught, present.problems():
        Path("/dev/full").write_text("one line of a log")
    assert getattr(caught.value, "exit_code", None) == int(Exit.DISK_FULL)
    assert "No space left on device" in capsys.readouterr().err
    with pytest.raises(IsADirectoryError), present.problems():
        Path("/").write_text("")


def test_exit_codes_are_unique_and_fit_in_a_byte():
    values = [member.value for member in Exit.__members__.values()]
    assert len(set(values)) == len(values) == len(Exit) and all(0 <= value < 256 for value in values)


def test_a_line_of_progress_is_said_once(capsys):
    report = present.lines_once()
    for words in ("a", "a", "b [dim]", "a"):
        report(words)
    assert capsys.readouterr().err == "a\nb [dim]\n"
