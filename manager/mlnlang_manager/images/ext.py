"""A guest's ext2/3/4 file system, reached by debugfs: no privileges, no mounting, a few milliseconds.

debugfs tells of no problem by its exit status: every line on its standard error is one, but its banner.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator

from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.images.staging import Found, Write
from mlnlang_manager.images.tools import run

_ASKED = 'debugfs: stat "'
_INODE = re.compile(rb"Inode: \d+ +Type: (.+?) +Mode: +(\d+)")
_OWNER = re.compile(rb"User: +(\d+) +Group: +(\d+) .*?Size: (\d+)", re.DOTALL)
_LINK = re.compile(rb'Fast link dest: "(.*)"\n', re.DOTALL)
_BANNER = re.compile(r"debugfs \d")
_KINDS = {b"regular": "file", b"directory": "folder", b"symlink": "link"}


class ExtFiles:
    """The file system in `image`, a file or block device; it starts `offset` bytes behind the beginning."""

    def __init__(self, image: str, offset: int = 0) -> None:
        if '"' in image or "\n" in image or "?" in image:
            raise DriverError(f"debugfs can't open an image of such a name: {image!r}")
        self._device = f"{image}?offset={offset}" if offset else image

    def survey(self, look: Iterable[str], read: Iterable[str]) -> tuple[dict[str, Found], dict[str, bytes]]:
        """What is there, and the bytes of regular files: one session."""
        reading = list(dict.fromkeys(read))
        asked = dict.fromkeys((*look, *reading))
        with tempfile.TemporaryDirectory(prefix="mln.") as folder:
            lines = [f'stat "{_dotted(path)}"' for path in asked]
            lines += [f'dump "{_dotted(path)}" "{folder}/{n}"' for n, path in enumerate(reading)]
            seen = _parsed(self._session(lines, folder)[0], list(asked))
            found = {}
            for number, path in enumerate(reading):
                if path in seen and seen[path].kind == "file":
                    found[path] = _bytes(f"{folder}/{number}", path, seen[path].size)
        return seen, found

    def write(self, writes: dict[str, Write]) -> None:
        """Write what differs, in one session that has to be without complaint, and look whether it is there."""
        above = list(dict.fromkeys(folder for path in writes for folder in _above(path)))
        asked = (*writes, *(f"{folder}/." for folder in above), *map(_place, writes.values(), writes))
        seen, _ = self.survey(asked, ())
        wanted = self._differing(writes, seen)
        if not wanted:
            return
        with tempfile.TemporaryDirectory(prefix="mln.") as folder:
            lines = list(_commands(wanted, seen, above, folder))
            problems = self._session(lines, folder, "-w")[1]
        if problems:
            raise DriverError(f"the guest's file system can't be written: {'; '.join(problems[:5])}")
        self._verify(wanted)

    def _differing(self, writes: dict[str, Write], seen: dict[str, Found]) -> dict[str, Write]:
        """The writes that would change something."""
        alike = [path for path, write in writes.items() if _alike(write, seen.get(_place(write, path)))]
        files = [path for path in alike if writes[path].kind == "file"]
        _, contents = self.survey((), files) if files else ({}, {})
        same = {path for path in alike if writes[path].kind != "file" or contents.get(path) == writes[path].read()}
        return {path: write for path, write in writes.items() if path not in same}

    def _verify(self, wanted: dict[str, Write]) -> None:
        seen, _ = self.survey(map(_place, wanted.values(), wanted), ())
        for path, write in wanted.items():
            if not _alike(write, seen.get(_place(write, path))):
                raise DriverError(f"the guest's file system did not take {path}")

    def _session(self, lines: list[str], folder: str, *options: str) -> tuple[bytes, list[str]]:
        """Run debugfs with these commands; returns its output and its complaints."""
        script = f"{folder}/script"
        with open(script, "wb") as file:
            file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
        done = run(["debugfs", *options, "-f", script, self._device])
        problems = [line for line in done.err.splitlines() if line.strip() and not _BANNER.match(line)]
        if done.code or (problems and not done.out):
            raise DriverError(f"the guest's file system can't be opened: {(problems or ['debugfs failed'])[0]}")
        return done.out, problems


def _dotted(path: str) -> str:
    """The same path for debugfs, which follows a link only in the middle of one."""
    head, _, name = path.rpartition("/")
    return path if name == "." else f"{head}/./{name}"


def _place(write: Write, path: str) -> str:
    """Where to look for what was written: a folder may be reached by a link."""
    return f"{path}/." if write.kind == "folder" else path


def _above(path: str) -> Iterator[str]:
    """The folders on the way to a path, from the top."""
    parts = path.split("/")[1:-1]
    for count in range(1, len(parts) + 1):
        yield "/" + "/".join(parts[:count])


def _parsed(out: bytes, asked: list[str]) -> dict[str, Found]:
    """What `stat` told. Its answers follow the lines that repeat what was asked."""
    found: dict[str, Found] = {}
    parts = out.split(_ASKED.encode())[1:]
    for path, part in zip(asked, parts, strict=True):
        head, owner, link = _INODE.search(part), _OWNER.search(part), _LINK.search(part)
        if head and owner:
            kind = _KINDS.get(head[1], "other")
            target = link[1].decode("utf-8", "surrogateescape") if link else ""
            mode, uid, gid, size = int(head[2], 8), int(owner[1]), int(owner[2]), int(owner[3])
            found[path] = Found(kind, mode, uid, gid, size, target)  # type: ignore[arg-type]
    return found


def _bytes(path: str, what: str, size: int) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        data = b""
    if len(data) != size:
        raise DriverError(f"the guest's {what} can't be read")
    return data


def _alike(write: Write, found: Found | None) -> bool:
    """Whether what is there has the kind, owner, mode and size that are wanted."""
    if found is None or write.kind != found.kind:
        return False
    if write.kind == "link":
        length = len(write.target.encode("utf-8", "surrogateescape"))
        return found.size == length and found.target in ("", write.target)
    if (write.mode, write.uid, write.gid) != (found.mode, found.uid, found.gid):
        return False
    return write.kind == "folder" or write.size == found.size


def _commands(wanted: dict[str, Write], seen: dict[str, Found], above: list[str], folder: str) -> Iterator[str]:
    """The session: room first (folders that are missing, files in the way), then what is written."""
    needed = {up for path in wanted for up in _above(path)}
    made: set[str] = set()
    for up in above:
        if up in needed and f"{up}/." not in seen:
            yield f'mkdir "{_dotted(up)}"'
            made.add(up)
    at = ""
    for number, (path, write) in enumerate(wanted.items()):
        up, _, name = path.rpartition("/")
        if up != at or not number:
            yield f'cd "{up}/."'
            at = up
        stage = f"{folder}/{number}"
        if write.kind == "folder":
            is_there = path in made or f"{path}/." in seen
            if not is_there and path in seen:
                raise DriverError(f"the guest has something else where the folder {path} belongs")
            yield from [] if is_there else [f'mkdir "./{name}"']
            yield from _owned(f"./{name}/.", "4", write)
            continue
        yield from _room(path, name, seen.get(path))
        if write.kind == "link":
            yield f'symlink "{name}" "{write.target}"'
            continue
        _to_stage(write, stage)
        yield f'write "{stage}" "{name}"'
        yield from _owned(f"./{name}", "10", write)


def _room(path: str, name: str, there: Found | None) -> Iterator[str]:
    if there and there.kind == "folder":
        raise DriverError(f"the guest has a folder where {path} belongs")
    if there:
        yield f'rm "./{name}"'


def _owned(name: str, kind: str, write: Write) -> Iterator[str]:
    yield f'sif "{name}" mode 0{kind}{write.mode:04o}'
    yield f'sif "{name}" uid {write.uid}'
    yield f'sif "{name}" gid {write.gid}'


def _to_stage(write: Write, stage: str) -> None:
    if write.source:
        os.symlink(os.path.abspath(write.source), stage)
        return
    with open(stage, "wb") as file:
        file.write(write.content)
