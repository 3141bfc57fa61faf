"""``README.txt``: what lies in the folder and what to type, in both languages."""

from __future__ import annotations

from yoloport.image.bundle.contents import Bundle
from yoloport.image.bundle.script import machine

_ENGLISH = """\
{title}: a workspace without a network
====================================================

Needed on this machine: {machine}, docker or podman, and the driver of the cards. Nothing is fetched.

  sh run.sh --dry-run     shows what would be done
  sh run.sh               checks, loads, starts, and prints the address
  sh run.sh --help        all options
  sh run.sh stop          stops it; the data folder stays

In this folder
{rows}
{base}
docker older than 23 cannot read zstd: install the program zstd there, or ask for a bundle made with --compress gzip.
Fonts: the image has DejaVu, which curves are drawn with; names on pictures take the letters that OpenCV and Pillow
bring. Ultralytics would fetch Arial, whose licence does not let it be handed on: it is not in here. For Chinese class
names put a font of yours, named Arial.Unicode.ttf, into DATA/.yoloport/NAME/ultralytics/Ultralytics/.
Ultralytics is AGPL-3.0, and so are its weights: read the licence before you hand this folder on.
"""

_CHINESE = """\
{title}：无网络环境的工作区
====================================================

本机需要：{machine}，docker 或 podman，以及加速卡驱动。不会下载任何东西。

  sh run.sh --dry-run     显示将做什么
  sh run.sh               校验、载入、启动，并显示地址
  sh run.sh --help        全部选项
  sh run.sh stop          停止；数据目录保留

本目录内容
{rows}
{base}
23 之前的 docker 不能读取 zstd：请在该机器上安装 zstd 程序，或索取用 --compress gzip 制作的离线包。
字体：镜像自带 DejaVu，用于绘制曲线；图片上的文字使用 OpenCV 和 Pillow 自带的字形。Ultralytics 会下载 Arial，
但其许可不允许再分发，因此不在此处。要显示中文类别名，请把自备字体命名为 Arial.Unicode.ttf，放入
DATA/.yoloport/NAME/ultralytics/Ultralytics/。
Ultralytics 及其权重采用 AGPL-3.0 许可：转交本目录前请先阅读许可条款。
"""


def readme(bundle: Bundle, title: dict[str, str]) -> str:
    """The text; ``title`` is the platform's, by language."""
    return _in("en", _ENGLISH, bundle, title) + "\n\n" + _in("zh", _CHINESE, bundle, title)


def _in(language: str, text: str, bundle: Bundle, title: dict[str, str]) -> str:
    number = 0 if language == "en" else 1
    rows = "\n".join(f"  {name:<22}  {words[number]}" for name, words in _rows(bundle))
    base = ""
    if bundle.base:
        base = (
            f"\nOnly changed layers are in here. The bundle {bundle.base.name} is needed, too: sh run.sh --old DIR\n",
            f"\n本离线包只含变化的层，还需要离线包 {bundle.base.name}：sh run.sh --old DIR\n",
        )[number]
    return text.format(title=title[language], machine=machine(bundle.image.architecture), rows=rows, base=base)


def _rows(bundle: Bundle) -> list[tuple[str, tuple[str, str]]]:
    parts = bundle.archive.parts
    name = parts[0].name if len(parts) == 1 else f"{parts[0].name} … {parts[-1].name[-3:]}"
    rows = [
        (name, (f"the image {bundle.image.reference}", f"镜像 {bundle.image.reference}")),
        ("SHA256SUMS", ("sums of all files: sha256sum -c SHA256SUMS", "所有文件的校验和：sha256sum -c SHA256SUMS")),
        ("bundle.json", ("what is in here, for programs", "内容清单，供程序使用")),
    ]
    rows += [(file, ("weights", "权重")) for file in bundle.weights]
    if bundle.sample:
        rows.append((bundle.sample, ("a small drawn dataset", "绘制的小数据集")))
    if bundle.docs:
        rows.append((bundle.docs, ("the documents", "文档")))
    if bundle.sbom:
        rows.append((bundle.sbom, ("what the image is made of (CycloneDX)", "镜像的组成清单（CycloneDX）")))
    return rows
