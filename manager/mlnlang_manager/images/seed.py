"""A guest's cloud-init seed (NoCloud): an ISO 9660 disc labelled `cidata`, as the scripts' lib/seed.sh makes it."""

from __future__ import annotations

import os
import tarfile
import tempfile
from collections.abc import Iterable

from mlnlang_codegen.guest import ServerPath, Verb
from mlnlang_codegen.guest.cloud import HASH_TOKEN
from mlnlang_codegen.guest.constants import constant
from mlnlang_codegen.guest.network import project_hosts

from mlnlang_manager.drivers.protocol import DriverError, Machine
from mlnlang_manager.images import copying, plans, tools
from mlnlang_manager.images.copies import gathered
from mlnlang_manager.images.guest import hashed
from mlnlang_manager.images.staging import Write, check_path
from mlnlang_manager.images.telling import Say

#: Programs that make such discs, with the arguments before those that all share.
_PROGRAMS = {"xorriso": ("-as", "genisoimage"), "genisoimage": (), "mkisofs": ()}


def build(machine: Machine, path: str, say: Say) -> None:
    """The seed, made when there is none, and anew when what it is made from is newer. Raises DriverError, OSError."""
    if os.path.exists(path) and not _is_stale(machine, path):
        say(f"{path} is already there")
        return
    with tempfile.TemporaryDirectory(prefix="mln.") as folder, copying.made(path) as part:
        _fill(machine, folder)
        _write_disc(part, folder)
    say(f"made {path}")


def lacking() -> list[str]:
    """What is missing on this server."""
    return [] if any(map(tools.found, _PROGRAMS)) else ["command xorriso, genisoimage or mkisofs"]


def _is_stale(machine: Machine, path: str) -> bool:
    made = os.stat(path).st_mtime_ns
    folder = os.path.join(machine.place.folder, "guest", machine.host.name)
    return any(os.stat(os.path.join(up, name)).st_mtime_ns > made for up, _, names in os.walk(folder) for name in names)


def _fill(machine: Machine, folder: str) -> None:
    """The files of the disc."""
    plan = plans.lowered(machine).guest
    seed = plan.seed
    assert seed is not None
    user_data = seed.user_data
    if plan.root_password is not None:
        user_data = user_data.replace(HASH_TOKEN, hashed(plan.root_password), 1)
    for name, text in (
        ("meta-data", seed.meta_data),
        ("network-config", seed.network_config),
        ("user-data", user_data),
    ):
        _put(f"{folder}/{name}", text)
    added = f"{folder}/mln"
    os.mkdir(added)
    _put(f"{added}/apply.sh", constant("apply.sh"))
    addresses = project_hosts(machine.place.project)
    if addresses:
        _put(f"{added}/hosts", addresses)
    _gifts(machine, seed.lines, added)


def _gifts(machine: Machine, lines: Iterable[Verb], added: str) -> None:
    """What only the server has: files, in a tar, with a list of where they belong; and keys."""
    files = plans.files_folder(machine.place)
    writes: dict[str, Write] = {}
    keys: list[str] = []
    for verb in lines:
        path, *words = [os.path.join(files, w.path) if isinstance(w, ServerPath) else w for w in verb.words]
        if verb.name == "guest_key_file":
            keys += [f"{path}\t{key}\n" for key in _keys(words[0])]
        elif not os.path.exists(path):
            raise DriverError(f"no file {path}")
        else:
            writes.update(gathered(path, *words))
    if keys:
        _put(f"{added}/keys", "".join(keys))
    if writes:
        _put(f"{added}/wanted", "".join(_line(place, write) for place, write in writes.items()))
        with tarfile.open(f"{added}/files.tar", "w", format=tarfile.GNU_FORMAT) as tar:
            for place, write in writes.items():
                if write.kind == "file":
                    tar.add(os.path.realpath(write.source), f".{place}")


def _line(place: str, write: Write) -> str:
    check_path(place)
    if write.kind == "link":
        check_path(write.target)
    mode = write.target if write.kind == "link" else f"{write.mode:04o}"
    return "\t".join((write.kind, place, mode, str(write.uid), str(write.gid))) + "\n"


def _keys(path: str) -> list[str]:
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return [line for line in file.read().split("\n") if line.strip() and not line.lstrip().startswith("#")]


def _put(path: str, text: str) -> None:
    with open(path, "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))


def _write_disc(path: str, folder: str) -> None:
    name = next((name for name in _PROGRAMS if tools.found(name)), "")
    if not name:
        raise DriverError("the seed can't be made: missing on this server: " + lacking()[0])
    argv = [name, *_PROGRAMS[name], "-quiet", "-o", path, "-V", "cidata", "-r", "-J", folder]
    tools.must(argv, f"{name} can't write the seed")
    os.chmod(path, 0o600)
