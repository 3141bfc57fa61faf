"""A list of everything in an image, in CycloneDX 1.6, for scanners and for those who must hand one in."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote

from yoloport import __version__
from yoloport.image.trial.inventory import Inventory, Package
from yoloport.image.trial.manifest import Manifest
from yoloport.image.trial.subject import LABEL_BASE


def bill(manifest: Manifest) -> dict[str, Any]:
    """The document: the image as its subject, a component for each package.

    Source: https://cyclonedx.org/docs/1.6/json/ ; package URLs: https://github.com/package-url/purl-spec
    """
    subject, inventory = manifest.subject, manifest.inventory
    serial = uuid.uuid5(uuid.NAMESPACE_URL, f"{subject.id} {manifest.date}")
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": manifest.date,
            "tools": {"components": [{"type": "application", "name": "yoloport", "version": __version__}]},
            "component": {
                "type": "container", "bom-ref": subject.id, "name": subject.reference, "version": subject.id,
                "properties": _properties(manifest),
            },
        },
        "components": [*_operating_system(inventory), *map(_python, inventory.packages), *_system(inventory)],
    }  # fmt: skip


def _properties(manifest: Manifest) -> list[dict[str, str]]:
    subject = manifest.subject
    told = {
        "yoloport:platform": subject.platform, "yoloport:kind": subject.kind,
        "yoloport:architecture": subject.architecture,
        "yoloport:base": subject.labels.get(LABEL_BASE, ""), "yoloport:bytes": str(manifest.bytes),
    }  # fmt: skip
    return [{"name": name, "value": value} for name, value in told.items() if value]


def _operating_system(inventory: Inventory) -> list[dict[str, Any]]:
    system = inventory.system
    if not system.get("ID"):
        return []
    return [
        {"type": "operating-system", "bom-ref": "system", "name": system["ID"], "version": system.get("VERSION_ID", "")}
    ]


def _python(package: Package) -> dict[str, Any]:
    name = package.name.lower().replace("_", "-")  # as a package URL of this type wants it
    purl = f"pkg:pypi/{quote(name)}@{quote(package.version)}"
    found: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": package.name, "version": package.version}
    if package.licence:
        found["licenses"] = [{"license": {"name": package.licence}}]
    return {**found, "purl": purl}


def _system(inventory: Inventory) -> list[dict[str, Any]]:
    of, release = inventory.system.get("ID", "debian").lower(), inventory.system.get("VERSION_ID", "")
    kind = "deb" if of in ("debian", "ubuntu") else "rpm"
    found = []
    for package in inventory.system_packages:
        where = f"&distro={of}-{release}" if release else ""
        purl = f"pkg:{kind}/{of}/{quote(package.name)}@{quote(package.version)}?arch={package.architecture}{where}"
        found.append(
            {"type": "library", "bom-ref": purl, "name": package.name, "version": package.version, "purl": purl}
        )
    return found
