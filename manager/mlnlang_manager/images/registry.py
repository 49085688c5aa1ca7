"""The templates of a folder, and what is known of each: `.mln-templates.json` beside them.

A digest is computed when it is asked for, and believed as long as size and time of change are as they were.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.engine.paths import write_whole
from mlnlang_manager.images import copying, formats
from mlnlang_manager.reporting import Failure

FILE = ".mln-templates.json"
_LOCK = ".mln-templates.lock"
VERSION = 1
_BLOCK = 4 << 20


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry keeps of a template; `size` and `mtime_ns` say of which state of the file."""

    size: int = -1
    mtime_ns: int = -1
    sha256: str = ""
    family: str = ""
    notes: str = ""
    registered: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A template as it is: `used` are the bytes that it takes on the disk."""

    name: str
    path: str
    size: int
    used: int
    mtime_ns: int
    image: formats.Image
    known: Known

    @property
    def digest(self) -> str:
        """SHA-256, if it is known of the file as it is now."""
        return self.known.sha256 if self.is_unchanged else ""

    @property
    def is_unchanged(self) -> bool:
        """Whether size and time of change are those that the registry knows."""
        return (self.known.size, self.known.mtime_ns) == (self.size, self.mtime_ns)

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "name": self.name,
            "path": self.path,
            "format": self.image.format,
            "holds": self.image.holds,
            "kind": self.image.title,
            "size": self.size,
            "used": self.used,
            "virtual_size": self.image.virtual_size,
            "family": self.known.family,
            "sha256": self.digest,
            "notes": self.known.notes,
            "registered": self.known.registered,
        }


class Registry:
    """The templates below a folder. Methods raise Failure."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def all(self) -> list[Template]:
        """All there are, by name."""
        known = self._read()
        found = []
        for folder, folders, names in os.walk(self.folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in names:
                path = os.path.join(folder, name)
                if not name.startswith(".") and not name.endswith(copying.PART) and os.path.isfile(path):
                    found.append(_template(os.path.relpath(path, self.folder), path, known))
        return sorted(found, key=lambda template: template.name)

    def get(self, name: str) -> Template:
        """The template of that name."""
        path = self.path(name)
        if not os.path.isfile(path):
            from mlnlang.diagnostics import did_you_mean

            names = [template.name for template in self.all()]
            hint = did_you_mean(name, names) or (f"there are: {', '.join(names)}" if names else "mln templates build")
            raise Failure(f"there is no template `{name}` in {self.folder}", hint)
        return _template(name, path, self._read())

    def path(self, name: str) -> str:
        """Where a template of that name is, or would be."""
        parts = name.split("/")
        if not name or name.startswith("/") or any(part in ("", ".", "..") or part.startswith(".") for part in parts):
            raise Failure(f"`{name}` can't name a template", code=2)
        return os.path.join(self.folder, name)

    def with_digest(self, template: Template, told: Callable[[float], None] = lambda _: None) -> Template:
        """The same with its digest, computed where it is not known, and kept where the folder lets us."""
        if template.digest:
            return template
        digest = digest_of(template.path, told)
        known = replace(template.known, size=template.size, mtime_ns=template.mtime_ns, sha256=digest)
        self._keep(template.name, lambda before: replace(known, notes=before.notes or known.notes), required=False)
        return replace(template, known=known)

    def describe(self, name: str, *, family: str | None = None, notes: str | None = None) -> None:
        """Keep what somebody says of a template."""
        given = {"family": family, "notes": notes}
        more: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        self._keep(name, lambda before: replace(before, **more), required=True)

    def register(self, name: str, *, notes: str | None, told: Callable[[float], None] = lambda _: None) -> Template:
        """Learn all about a template that is in the folder."""
        template = self.get(name)
        digest = digest_of(template.path, told)
        family = family_of(template)
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

        def learn(before: Known) -> Known:
            said = before.notes if notes is None else notes
            return Known(template.size, template.mtime_ns, digest, family, said, when)

        self._keep(name, learn, required=True)
        return self.get(name)

    def remove(self, name: str) -> None:
        """Delete a template, and what is known of it."""
        template = self.get(name)
        os.unlink(template.path)
        with self._locked():
            known = self._read()
            if known.pop(name, None):
                self._write(known)

    def _keep(self, name: str, change: Callable[[Known], Known], *, required: bool) -> None:
        try:
            with self._locked():
                known = self._read()
                known[name] = change(known.get(name, Known()))
                self._write(known)
        except OSError as error:
            if required:
                raise Failure(f"{os.path.join(self.folder, FILE)} can't be written: {error.strerror}") from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(os.path.join(self.folder, _LOCK), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _read(self) -> dict[str, Known]:
        path = os.path.join(self.folder, FILE)
        try:
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            if document["version"] != VERSION:
                raise Failure(f"{path} is of version {document['version']}, which this mln does not know")
            return {str(name): Known(**values) for name, values in document["templates"].items()}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Failure(f"{path} is damaged", "delete it: only notes are lost") from None

    def _write(self, known: dict[str, Known]) -> None:
        content = {"version": VERSION, "templates": {name: asdict(known[name]) for name in sorted(known)}}
        write_whole(os.path.join(self.folder, FILE), json.dumps(content, indent=1, ensure_ascii=False) + "\n", 0o644)


def digest_of(path: str, told: Callable[[float], None] = lambda _: None) -> str:
    """SHA-256 of a file. Raises Failure."""
    total = sha256()
    try:
        with open(path, "rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            view = memoryview(bytearray(_BLOCK))
            done = 0
            while count := file.readinto(view):
                total.update(view[:count])
                done += count
                told(done / size)
    except OSError as error:
        raise Failure(f"{path} can't be read: {error.strerror}") from None
    return total.hexdigest()


def family_of(template: Template) -> str:
    """The family of the guest in a raw template; empty where that can't be told without libguestfs."""
    from mlnlang_manager.images.ext import ExtFiles
    from mlnlang_manager.images.guest import root_place
    from mlnlang_manager.images.kinds import kind
    from mlnlang_manager.images.staging import Stage

    try:
        place = root_place(template.path)
        return "" if place is None else kind(Stage(ExtFiles(template.path, place))).family
    except (DriverError, OSError):
        return ""


def _template(name: str, path: str, known: dict[str, Known]) -> Template:
    try:
        status = os.stat(path)
        image = formats.of(path)
    except OSError as error:
        raise Failure(f"the template {path} can't be read: {error.strerror}") from None
    used = status.st_blocks * 512
    return Template(name, path, status.st_size, used, status.st_mtime_ns, image, known.get(name, Known()))
