"""Values of any kind: what a shell, YAML or PowerShell reads back is what the project says, or `check` refuses it."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any

import pytest
import yaml
from codegen_helpers import require
from codegen_projects import card, host
from guest_helpers import guest_script, recorded
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mlnlang_codegen import check, generate
from mlnlang_codegen.guest import windows
from mlnlang_codegen.guest.pieces import Piece
from mlnlang_codegen.guest.yaml import dump
from mlnlang_codegen.quoting import CannotCarryError

from mlnlang.ir import AuthorizedKey, Group, GuestFile, Host, Mount, Project, TransferredFile, User

#: Fewer of those that start a shell.
SHELL = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=60)
PIECES = st.sampled_from(
    ["'", '"', "$HOME", "`id`", "\\", "\n", "\r", "\t", " ", "#", "%s", ": ", "- ", "-", "|", "&", ";", "é", "\u2019",
     "END", "END\n", "\x81", "\x7f", "\u2028", "\ufeff", "\U0001f600", "a", "0", "{", "}", "@", "!", "*", "~", "=", ","]
)  # fmt: skip
HOSTILE = st.lists(PIECES, max_size=8).map("".join)
VALUE = HOSTILE | TEXT
LINE = st.lists(PIECES.filter(lambda p: p.isprintable() or p == "\t"), min_size=1, max_size=6).map("".join)


def carried(made: Host) -> bool:
    """Whether `check` lets the host pass; else nothing of it is written."""
    project = Project("p", (made,))
    if any(d.is_error for d in check(project)):
        assert not [f for f in generate(project).files if f"/{made.name}/" in f.path]
        return False
    return True


@SHELL
@given(st.lists(st.tuples(VALUE, VALUE, VALUE, st.booleans()), min_size=1, max_size=6))
@example([("/a'b", "END\nEND_\nEND", "x y", False)])
def test_files_in_a_shell(files: list[tuple[str, str, str, bool]]) -> None:
    require("dash")
    pieces = [Piece(path, text, "0644", owner, "root", append) for path, text, owner, append in files]
    calls = recorded("".join(f"{piece}\n" for piece in pieces))
    assert calls == [
        ("", ["guest_append" if append else "guest_file", path, "0644", owner, "root"], text)
        for path, text, owner, append in files
    ]


@SHELL
@given(st.data())
def test_a_host_of_hostile_values(data: st.DataObject) -> None:
    require("dash")
    hashed, home, path, text = (data.draw(VALUE) for _ in range(4))
    key, startup, clear, source, target = (data.draw(LINE | VALUE) for _ in range(5))
    made = host(
        "a", "uml", users=(User("alice", hashed or None, home or None, 5),), groups=(Group("g", ("alice",)),),
        guest_files=(GuestFile(path, text), GuestFile("/x", text, append=True)),
        authorized_keys=(AuthorizedKey("u", key),),
        startup=(startup,), shutdown=(startup, startup), root_password=clear, files=(TransferredFile(source, target),),
    )  # fmt: skip
    if not carried(made):
        return
    project = Project("p", (made,))
    calls = recorded(guest_script(project, "a"))
    words = [call for _, call, _ in calls]
    texts = {call[1]: text for _, call, text in calls if call[0] in ("guest_file", "guest_script")}
    assert ["guest_user", "alice", hashed or "!", home, "5"] in words
    (written,) = [call for tag, call, _ in calls if call[0] == "guest_file" and tag == "" and call[1] != "/etc/fstab"]
    assert [part for part in written[1].split("/") if part] == [
        part for part in path.split("/") if part not in ("", ".")
    ]
    assert texts[written[1]] == text
    assert ["guest_key", "u", key.strip()] in words
    assert texts["startup"] == f"{startup}\n"
    assert texts["shutdown"] == f"{startup}\n" * 2
    (copied,) = [call for call in words if call[0] == "guest_copy"]
    assert copied[1] == (source if source.startswith("/") else f"/files/{source}")
    private(project, clear, words)


def private(project: Project, clear: str, words: list[list[str]]) -> None:
    """A clear password is in one file, that others can't read; a hash is in guest.sh, which they can't read either."""
    files = {f.path.rpartition("/")[2]: f for f in generate(project).files if "/hosts/a/" in f.path}
    assert files["guest.sh"].mode == 0o600
    if ["guest_root_password"] in words:
        assert (files["root_password"].content, files["root_password"].mode) == (f"{clear}\n", 0o600)
    else:
        assert ["guest_root_hash", clear] in words
        assert "root_password" not in files


# ---------------------------------------------------------------- YAML
PLAIN: Any = st.recursive(
    VALUE | st.integers(-(10**12), 10**12) | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(VALUE, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(PLAIN)
@example({"a": "x\n\n", "b": "  x\ny", "c": "x\n y\n", "d": "\n", "e": "yes", "f": [[], {}, ""], "": "~"})
@example(["1_000", "0o17", "12:30", "2001-01-01", "=", "<<", "&a", "*a", "!x", "? a", "a: b", "a #b", ".inf", "1e5"])
def test_yaml_is_read_back(value: Any) -> None:
    assert yaml.safe_load(dump(value)) == value
    assert yaml.load(dump(value), getattr(yaml, "CSafeLoader", yaml.SafeLoader)) == value


# ---------------------------------------------------------------- cloud-init
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_seed_of_hostile_values(data: st.DataObject) -> None:
    hashed, home, path, text, options = (data.draw(VALUE) for _ in range(5))
    key, startup, clear, extra = (data.draw(LINE | VALUE) for _ in range(4))
    made = host(
        "a", "kvm", template="debian.qcow2", cloud_init=True, users=(User("alice", hashed or None, home or None, 5),),
        groups=(Group("g", ("alice", "bob")),), authorized_keys=(AuthorizedKey("alice", key), AuthorizedKey("u", key)),
        guest_files=(GuestFile(path, text, "640", "alice", "g"),), startup=(startup,), user_data=(extra, "true"),
        root_password=clear, mounts=(Mount("nas:/x", "/x", "nfs", options),),
        interfaces=(card("eth0", "a.p", "kvm", address="dhcp"),),
    )  # fmt: skip
    if not carried(made):
        return
    files = {f.path.rpartition("/")[2]: f for f in generate(Project("p", (made,))).files if "/guest/a/seed/" in f.path}
    assert files["user-data"].mode == 0o600
    config = yaml.safe_load(files["user-data"].content.removeprefix("#cloud-config\n"))
    alice, other = config["users"]
    assert alice.get("hashed_passwd", "") == hashed
    assert [part for part in alice.get("homedir", "").split("/") if part] == [
        part for part in home.split("/") if part not in ("", ".")
    ]
    assert (alice["uid"], alice["groups"]) == (5, ["g"])
    assert alice["ssh_authorized_keys"] == other["ssh_authorized_keys"] == [key.strip()]
    written = {file["path"]: contents(file) for file in config["write_files"]}
    assert text in written.values()
    assert written["/etc/mln/startup"].splitlines(True)[-1:] == f"{startup}\n".splitlines(True)[-1:]
    assert written["/etc/mln/user_data"].endswith(f"{extra}\ntrue\n")
    assert config["mounts"][0][3] == (options or "defaults")
    assert ["usermod", "-a", "-G", "g", "bob"] in config["runcmd"]
    password = config["chpasswd"]["users"][0]["password"]
    assert password in (clear, "@MLN_ROOT_HASH@")


def contents(file: dict[str, str]) -> str:
    """What cloud-init writes."""
    if file.get("encoding") == "b64":
        return b64decode(file["content"]).decode()
    return file["content"]


# ---------------------------------------------------------------- PowerShell
def read_quoted(text: str) -> str:
    """A single-quoted string as PowerShell's language specification (2.3.5.2) reads it."""
    quotes = "['\u2018\u2019\u201a\u201b]"
    assert re.fullmatch(f"{quotes}(?:[^'\u2018-\u201b]|{quotes}{quotes})*{quotes}", text)
    return re.sub(f"({quotes})({quotes})", r"\2", text[1:-1])


@given(VALUE)
@example("\u2019; Remove-Item C:\\ -Recurse; \u2019")
def test_strings_of_powershell(text: str) -> None:
    assert read_quoted(windows.quoted(text)) == text


@settings(deadline=None)
@given(LINE | VALUE, LINE | VALUE)
def test_a_windows_script_of_hostile_values(key: str, startup: str) -> None:
    made = host(
        "win", "vmware", template="win7.vmdk", authorized_keys=(AuthorizedKey("bob", key),), startup=(startup,),
        users=(User("bob", "$6$x"),), root_password=startup,
    )  # fmt: skip
    if not carried(made):
        return
    script = guest_script(Project("p", (made,)), "win")
    (line,) = [line for line in re.split("\n", script) if line.startswith("Add-MlnKey")]
    assert read_quoted(line.removeprefix("Add-MlnKey 'bob' @(").removesuffix(")")) == key.strip()
    assert f"\n{startup}\r\n" in script
    assert "Set-MlnAdministratorPassword" in script or startup.startswith("$")


@pytest.mark.parametrize(
    "values",
    [
        {"modules": ("-r dummy",)},
        {"modules": ("#x",)},
        {"modules": ("",)},
        {"guest_files": (GuestFile("/x", "a\0b"),)},
        {"guest_files": (GuestFile("/x", "", "rw"),)},
        {"guest_files": (GuestFile("/x", "", "0o644"),)},
        {"mounts": (Mount("nas:/x", "", "nfs"),)},
        {"mounts": (Mount("nas:/x", "/a b", "nfs"),), "cloud_init": True, "backend": "kvm"},
        {"users": (User("a", "x:y"),), "cloud_init": True, "backend": "kvm"},
        {"authorized_keys": (AuthorizedKey("a", " "),)},
        {"guest_files": (GuestFile("/x", "", owner="a:b"),), "cloud_init": True, "backend": "kvm"},
    ],
)
def test_refused(values: dict[str, Any]) -> None:
    assert not carried(host("a", values.pop("backend", "uml"), **values))


def test_a_nul_is_refused() -> None:
    with pytest.raises(CannotCarryError):
        windows.quoted("\0")
