"""What the documents say is so: codes, options, links, and the same in both languages."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from yoloport.cli.app import build
from yoloport.errors import Exit
from yoloport.platforms import load

ROOT = Path(__file__).resolve().parents[1]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "benchmarks/README.md")
PAGES = tuple(sorted((ROOT / "docs/en").rglob("*.md")))
DOCUMENTS = (*READMES, *PAGES, *sorted((ROOT / "docs/zh").rglob("*.md")))
# Where packages and images are kept. A document that names one sends a closed site, or a mirror's user, the wrong way.
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|download\.pytorch\.org|conda\.io|anaconda\.org|registry\.npmjs|docker\.io|ghcr\.io|quay\.io|"
    r"mirrors?\.[a-z]+\.(edu|com|cn|org)|tuna\.tsinghua"
)
# The generated pages show images and mirrors with their sources; these hosts stand on no page at all.
NOWHERE = re.compile(r"pypi\.org|pythonhosted\.org|deb\.debian\.org|npmjs")
GENERATED = tuple(document for document in DOCUMENTS if document.parent.name == "platforms")
VERSIONS = {"en": "Versions that go together", "zh": "版本组合"}


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def prose(text: str) -> str:
    """The text without its code blocks, in which a line may start with #."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def headings(text: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", prose(text), re.MULTILINE)]


def commands(text: str) -> Iterator[list[str]]:
    """The words after ``yoloport`` of each command line in a block or in backticks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if not line.startswith((" ", "yoloport "))]
    lines += re.findall(r"`([^`\n]+)`", prose(text))
    for line in lines:
        found = re.match(r"(?:\w+=\S+ )*(?:\./)?yoloport ((?:[a-z]+|--[a-z]).*)", line)
        if found:
            yield shlex.split(re.split(r" (?:&&|\||<|>|#) ?", found[1])[0])


def verb(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the words name, and the words after it."""
    command: Any = typer.main.get_command(build())
    rest = list(words)
    while rest and hasattr(command, "commands") and not rest[0].startswith("-"):
        assert rest[0] in command.commands, f"there is no verb {rest[0]!r}"
        command = command.commands[rest.pop(0)]
    return command, rest


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_exit_code_has_its_row_and_no_other_has_one(language: str) -> None:
    text = (ROOT / f"docs/{language}/exit-codes.md").read_text(encoding="utf-8")
    rows = {(int(code), word) for code, word in re.findall(r"^\| (\d+) \| ([A-Z_]+) \| \S", text, re.MULTILINE)}
    assert rows == {(int(member), member.name) for member in Exit}


def test_every_page_has_its_twin_in_the_other_language() -> None:
    english = {page.relative_to(ROOT / "docs/en") for page in PAGES}
    assert english == {page.relative_to(ROOT / "docs/zh") for page in (ROOT / "docs/zh").rglob("*.md")}
    assert len(PAGES) >= 9 + len(load.names())


@pytest.mark.parametrize(
    ("english", "chinese"),
    [(page, ROOT / "docs/zh" / page.relative_to(ROOT / "docs/en")) for page in PAGES] + [READMES[:2]],
    ids=[str(page.relative_to(ROOT / "docs/en")) for page in PAGES] + ["README"],
)
def test_twins_have_the_same_headings_and_tables(english: Path, chinese: Path) -> None:
    ours, theirs = english.read_text(encoding="utf-8"), chinese.read_text(encoding="utf-8")
    assert headings(ours) == headings(theirs)
    assert ours.count("\n|") == theirs.count("\n|")
    assert ours.count("\n```") == theirs.count("\n```")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("platform", load.names())
def test_a_platforms_page_has_every_row_of_its_version_table_and_no_other(language: str, platform: str) -> None:
    text = (ROOT / f"docs/{language}/platforms/{platform}.md").read_text(encoding="utf-8")
    part = re.split(r"^## ", text.split(f"\n## {VERSIONS[language]}\n")[1], flags=re.MULTILINE)[0]
    head, _, *rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines() if line[:1] == "|")
    shown = [dict(zip(head, row, strict=True)) for row in rows]
    told = [(row.get("torch", ""), row.get("torchvision", "")) for row in shown]
    assert [pair for pair in told if any(pair)] == [
        (row.torch, row.torchvision) for row in load.load(platform).rows if row.torch or row.torchvision
    ]
    assert len(shown) == len(load.load(platform).rows)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_relative_link_leads_to_a_file(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)\s#]+)", text) if not target.startswith("https://")]
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_command_shown_has_a_verb_and_options_that_exist(document: Path) -> None:
    for words in commands(document.read_text(encoding="utf-8")):
        command, rest = verb(words)
        known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
        before = rest[: rest.index("--")] if "--" in rest else rest
        unknown = [word for word in before if word.startswith("-") and word.split("=")[0] not in {"-", *known}]
        assert not unknown, f"yoloport {shlex.join(words)}"


def test_the_search_for_commands_finds_them_and_tells_wrong_ones() -> None:
    block = "```\nA=1 ./yoloport up --port 1 && x\nyoloport default is down\n```\n"
    text = block + "and `yoloport image build cpu`, `yoloport.x`"
    assert list(commands(text)) == [["up", "--port", "1"], ["image", "build", "cpu"]]
    assert verb(["image", "build", "cpu"])[1] == ["cpu"]
    with pytest.raises(AssertionError, match="there is no verb 'fly'"):
        verb(["fly"])


def test_the_documents_show_commands_to_check() -> None:
    shown = [words[0] for document in DOCUMENTS for words in commands(document.read_text(encoding="utf-8"))]
    assert {"up", "status", "logs", "shell", "down", "demo", "selftest", "platforms", "image"} <= set(shown)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_no_document_names_a_package_registry(document: Path) -> None:
    hosts = NOWHERE if document in GENERATED else REGISTRIES
    assert not hosts.search(document.read_text(encoding="utf-8"))


def test_every_document_that_an_error_points_to_exists() -> None:
    sources = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py"))
    pages = set(re.findall(r"docs/en/[\w/-]+\.md", sources + (ROOT / "yoloport").read_text(encoding="utf-8")))
    assert pages
    assert not [page for page in pages if not (ROOT / page).is_file()]
