"""The form of an exported project: a folder, or a tar of it, with sums of everything.

mln-export.json   what it is: version, project, images and templates
mln.lock.json     the templates that the disks were made from, by digest
project.json      the resolved project
source/…          the text that it was compiled from
images/HOST/ROLE  a disk each, whole: no template is needed but for overlays of User-Mode Linux
templates/…       templates, where they were asked for
SHA256SUMS        as sha256sum(1) writes and checks them
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from mlnlang_manager.reporting import Failure

VERSION = 1
INDEX, LOCK, PROJECT, SUMS = "mln-export.json", "mln.lock.json", "project.json", "SHA256SUMS"
SOURCE, IMAGES, TEMPLATES = "source", "images", "templates"
#: Endings of one-file forms.
ENDINGS = (".tar", ".tar.gz", ".tar.zst")
#: Texts are read whole.
MAX_TEXT = 64 << 20
_BLOCK = 1 << 20
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True, slots=True)
class DiskImage:
    """A disk in an export. `encoding`: raw, qcow2, vmdk, or cow: raw, to be laid over the template again."""

    host: str
    role: str
    file: str
    encoding: str
    template: str = ""
    template_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What `mln-export.json` says. `templates`: name → SHA-256 of those inside; `omitted`: disks that are not."""

    project: str
    made_by: str
    main: str = ""
    images: tuple[DiskImage, ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)
    omitted: tuple[str, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """For the file."""
        return json.dumps({"version": VERSION, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"


def load(text: str) -> Bundle:
    """Read `mln-export.json`. Raises Failure."""
    try:
        document: dict[str, Any] = json.loads(text)
        version = document.pop("version")
        if version != VERSION:
            raise Failure(f"the export is of version {version}, which this mln does not know")
        images = tuple(DiskImage(**image) for image in document.pop("images"))
        found = Bundle(images=images, omitted=tuple(document.pop("omitted")), **document)
        strings = [found.project, found.made_by, found.main, *found.omitted, *found.templates, *found.marks]
        strings += [str(value) for image in images for value in asdict(image).values()]
        if not all(isinstance(text, str) for text in strings):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Failure(f"the export's {INDEX} is damaged") from None
    return found


def safe(name: str) -> bool:
    """Whether a path may stand in an export: relative, plain, in one of its places."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in name or any(ord(sign) < 32 for sign in name):
        return False
    if len(parts) == 1:
        return name in (INDEX, LOCK, PROJECT, SUMS)
    return parts[0] in (SOURCE, IMAGES, TEMPLATES)


def sums(folder: str) -> str:
    """SHA256SUMS of all files below a folder."""
    return "".join(f"{digest(os.path.join(folder, name))}  {name}\n" for name in names(folder))


def names(folder: str) -> list[str]:
    """Paths of all files below a folder but the sums themselves, relative, sorted."""
    found = [os.path.relpath(os.path.join(up, name), folder) for up, _, inside in os.walk(folder) for name in inside]
    return sorted(name for name in found if name != SUMS)


def digest(path: str) -> str:
    """SHA-256 of a file. Raises OSError."""
    total = sha256()
    with open(path, "rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            total.update(block)
    return total.hexdigest()


def check(folder: str) -> None:
    """Compare a folder with its sums: nothing else, nothing less, not a byte. Raises Failure."""
    try:
        with open(os.path.join(folder, SUMS), encoding="utf-8") as file:
            listed = dict(_listed(file.read(MAX_TEXT)))
    except FileNotFoundError:
        raise Failure(f"the export has no {SUMS}: it is not whole") from None
    except ValueError:
        raise Failure(f"the export's {SUMS} is damaged") from None
    there = names(folder)
    missing, extra = sorted(set(listed) - set(there)), sorted(set(there) - set(listed))
    if missing:
        raise Failure(f"the export is not whole: {', '.join(missing[:3])} is missing")
    if extra:
        raise Failure(f"the export has files that its {SUMS} does not list: {', '.join(extra[:3])}")
    for name in there:
        if digest(os.path.join(folder, name)) != listed[name]:
            raise Failure(f"the export is damaged: {name} is not what was exported")


def _listed(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if not found or not safe(found[2]):
            raise ValueError(line)
        yield found[2], found[1]
