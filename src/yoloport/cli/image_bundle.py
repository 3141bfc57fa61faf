"""``yoloport image bundle``: everything for a site without a network, in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from yoloport.image.bundle.contents import Bundle
    from yoloport.image.bundle.look import Found, Wanted

FORMATS, COMPRESSIONS = ("docker", "oci"), ("zstd", "gzip")


def bundle(
    platform: str,
    output: Annotated[Path, typer.Option("--output", "-o", help="The bundle's folder; it must not exist yet.")],
    image: Annotated[str, typer.Option(help="Image to take. [yoloport/workspace:PLATFORM]")] = "",
    models: Annotated[list[str] | None, typer.Option(help="A .pt or .onnx file to put in; may be repeated.")] = None,
    docs: Annotated[bool, typer.Option("--docs", help="Put the documents in, in both languages.")] = False,
    split: Annotated[str, typer.Option(help="Largest file, such as 4G for FAT disks. [one file]")] = "",
    diff: Annotated[Path | None, typer.Option(help="Earlier whole bundle: ship only the layers it lacks.")] = None,
    format: Annotated[str, typer.Option(help="docker (any engine) or oci. [docker, or that of --diff]")] = "",
    compress: Annotated[str, typer.Option(help="zstd, or gzip for docker before 23 without zstd. [zstd]")] = "",
    sbom: Annotated[Path | None, typer.Option(help="CycloneDX file of the image to put in.")] = None,
    engine: Annotated[str, typer.Option(help="docker or podman. [the first that answers]")] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be in it; write nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Make a folder with image, sums, weights, a sample dataset and run.sh for a site without a network.

    Examples:

        yoloport image bundle cpu -o /media/usb/yolo --models yolov8n.pt --docs --split 4G

        yoloport image bundle cpu -o /media/usb/yolo-2 --diff /media/usb/yolo
    """
    from yoloport.cli import present
    from yoloport.host.engine import find_any
    from yoloport.image.bundle.look import look

    _require(format, FORMATS, "--format")
    _require(compress, COMPRESSIONS, "--compress")
    with present.problems(json):
        wanted = _wanted(platform, output, image, models or [], docs, split, diff, format, compress, sbom)
        found = look(wanted, find_any(engine))
        if dry_run:
            _print_plan(found, json)
            return
        from yoloport.image.bundle.make import make

        with present.steps() as shown:
            made = make(found, shown)
        _print_result(made, found.folder, json)


def _require(value: str, known: tuple[str, ...], option: str) -> None:
    if value and value not in known:
        raise typer.BadParameter(f"{value!r} is none of {', '.join(known)}", param_hint=option)


def _wanted(
    platform: str, output: Path, image: str, models: list[str], docs: bool, split: str, diff: Path | None,
    format: Any, compress: Any, sbom: Path | None,
) -> Wanted:  # fmt: skip
    from yoloport.image.bundle.look import Wanted

    return Wanted(
        platform=platform,
        folder=output.expanduser().absolute(),
        image=image,
        models=tuple(models),
        docs=docs,
        split=split,
        old=diff.expanduser() if diff else None,
        format=format or None,
        compression=compress or None,
        sbom=sbom.expanduser() if sbom else None,
    )


def _print_plan(found: Found, json: bool) -> None:
    from yoloport.cli import present

    new = [diff_id for diff_id in found.diff_ids if diff_id not in found.kept]
    files = {f"weights/{file.name}": file.stat().st_size for file in found.models}
    if json:
        present.as_json(
            {
                "ok": True, "dry_run": True, "bundle": str(found.folder), "platform": found.platform.name,
                "image": found.reference, "architecture": found.architecture, "engine_bytes": found.engine_bytes,
                "format": found.how.format, "compression": found.how.compression, "split": found.how.split,
                "layers": len(found.diff_ids), "new_layers": len(new), "files": files, "docs": bool(found.docs),
                "sbom": bool(found.sbom), "need_bytes": found.need,
            }
        )  # fmt: skip
        return
    rows = [
        ("image", f"{found.reference} for {found.architecture}, {_mb(found.engine_bytes)} in {found.engine.name}"),
        ("archive", f"{found.how.format}, {found.how.compression}" + _parts(found.how.split)),
        (
            "layers",
            f"{len(new)} of {len(found.diff_ids)}" + (f"; {found.old_name} has the others" if found.old else ""),
        ),
        *((name, _mb(size)) for name, size in files.items()),
        ("sample", "helmet scenes, about 2 MB"),
        ("docs", str(found.docs) if found.docs else "left away"),
        ("SBOM", str(found.sbom) if found.sbom else "none was named"),
        ("room", f"{_mb(found.need)} on the way, at most"),
    ]
    print(f"{found.folder} would hold:")
    for name, words in rows:
        print(f"  {name:<22} {words}")


def _parts(split: int) -> str:
    return f", files of at most {_mb(split)}" if split else ""


def _print_result(made: Bundle, folder: Path, json: bool) -> None:
    import shlex

    from rich.markup import escape

    from yoloport.cli import present

    if json:
        told = made.model_dump(mode="json")
        present.as_json({"ok": True, "bundle": str(folder), "archive_bytes": made.archive.bytes, **told})
        return
    for note in made.notes:
        present.say(f"[yellow]note:[/] {escape(note)}")
    kind = f"the {len(made.archive.digests)} layers that {made.base.name} lacks" if made.base else "everything"
    print(f"{folder}: {made.image.reference}, {_mb(made.archive.bytes)} packed, {kind}")
    print(f"copy the folder to the site, then there: sh {shlex.quote(folder.name + '/run.sh')}")


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
