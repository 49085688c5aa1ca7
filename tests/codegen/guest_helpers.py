"""Guests that are folders, and a shell that writes down what a guest.sh asks for."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from codegen_helpers import run, write_plan
from mlnlang_codegen import generate

from mlnlang.ir import Host, Project

#: What a control.sh does before it sets a guest up.
SETUP = """\
set -eu
MLN_SERVER=$1 MLN_NAME=$2 MLN_HERE=$1/hosts/$2
for library in settings common images filesystem guest; do . "$MLN_SERVER/lib/$library.sh"; done
subject host "$2"
guest_setup "$3"
"""

#: Stand-ins for all verbs: what they are called with, each word and text ended by a NUL.
RECORDER = """\
MLN_FILES=/files MLN_STAGE=/nowhere
record() { printf '%s\\0' "call $#" "$@"; }
text() { record "$@"; cat; printf '\\0'; }
on() { printf 'on %s\\0' "$1"; shift; "$@"; }
guest_file() { text guest_file "$@"; }
guest_append() { text guest_append "$@"; }
guest_script() { text guest_script "$@"; }
is_windows() { return 0; }
for verb in kind name user group member root_hash root_password boot copy key key_file windows windows_password; do
    eval "guest_$verb() { record guest_$verb \\"\\$@\\"; }"
done
"""
TEXTS = {"guest_file": 5, "guest_append": 5, "guest_script": 2}


def guest_script(project: Project, name: str) -> str:
    """The text of a host's guest.sh."""
    return next(f.content for f in generate(project).files if f.path.endswith(f"/guest/{name}/guest.sh"))


def recorded(script: str) -> list[tuple[str, list[str], str]]:
    """What dash makes of a guest.sh: tag, verb with its words, and the text it is given."""
    with tempfile.NamedTemporaryFile("wb") as file:
        file.write(script.encode("utf-8", "surrogatepass"))
        file.flush()
        program = f"{RECORDER}\n. {file.name}"
        told = subprocess.run(["dash", "-c", program], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert told.stderr == b""
    return _parsed(told.stdout.decode("utf-8", "surrogatepass").split("\0")[:-1])


def _parsed(words: list[str]) -> list[tuple[str, list[str], str]]:
    found = []
    at = 0
    while at < len(words):
        tag = ""
        if words[at].startswith("on "):
            tag = words[at][3:]
            at += 1
        count = int(words[at].removeprefix("call "))
        call = words[at + 1 : at + 1 + count]
        at += 1 + count
        text = ""
        if call[0] in TEXTS:
            text = words[at]
            at += 1
            if call[-1] == "cut" and count > TEXTS[call[0]]:
                text, call = text[:-1], call[:-1]
        found.append((tag, call, text))
    return found


def set_up(
    host: Host, tree: Path, out: Path, project: Project | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Write the plan below a folder and set up a guest that is a folder."""
    folder = write_plan(generate(project or Project("p", (host,))), out) / "local"
    return run("dash", "-c", SETUP, "setup", folder, host.name, tree, env=env)


def plant(tree: Path, *paths: str, **texts: str) -> Path:
    """Make an image's tree: empty files, and folders where the path ends in `/`."""
    for path in ("etc/", "bin/", "root/", *paths):
        at = tree / path.strip("/")
        if path.endswith("/"):
            at.mkdir(parents=True, exist_ok=True)
        else:
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_text("")
    (tree / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nold:x:1000:1000::/home/old:/bin/sh\n")
    (tree / "etc/group").write_text("root:x:0:\nold:x:1000:\n")
    (tree / "etc/shadow").write_text("root:*:19000:0:99999:7:::\nold:!:19000:0:99999:7:::\n")
    (tree / "etc/shadow").chmod(0o640)
    for name, text in texts.items():
        (tree / "etc" / name.replace("_", "-")).write_text(text)
    return tree


def snapshot(tree: Path) -> dict[str, tuple[str, int, int, int, bytes]]:
    """Every path of a tree: kind, mode, owner, group, contents."""
    found = {}
    for path in sorted(tree.rglob("*")):
        status = path.lstat()
        kind = "link" if path.is_symlink() else "folder" if path.is_dir() else "file"
        content = os.readlink(path).encode() if kind == "link" else path.read_bytes() if kind == "file" else b""
        found[str(path.relative_to(tree))] = (kind, status.st_mode & 0o7777, status.st_uid, status.st_gid, content)
    return found
