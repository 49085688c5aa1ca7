"""What the compiler may ask of the outside, on a real disk, in memory, and laid over each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import host

from mlnlang.api import Compilation, Options
from mlnlang.schema.core import CORE
from mlnlang.semantics.config import load_config, standard_paths
from mlnlang.world import MAX_FILE_BYTES, Disk, Memory, Overlay, World, WorldError

OPTIONS = Options(config_paths=(), external_plugins=False)


def fault(world: World, path: str) -> str:
    with pytest.raises(WorldError) as caught:
        world.read(path)
    return caught.value.fault


# ---------------------------------------------------------------- disk
def test_disk_reads_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x\0\xff")
    disk = Disk()
    assert disk.read(str(tmp_path / "a")) == b"x\0\xff"
    assert disk.names(str(tmp_path)) == ["a"]
    assert disk.exists(str(tmp_path / "a"))
    assert not disk.exists(str(tmp_path / "b"))
    assert disk.names(str(tmp_path / "nowhere")) == []


@pytest.mark.parametrize("path", ["nowhere", "a/b", "x" * 5000, "a\0b", ""])
def test_disk_missing(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("")
    monkeypatch.chdir(tmp_path)
    assert fault(Disk(), path) == "missing"


def test_disk_refuses_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    assert fault(Disk(), str(tmp_path)) == "directory"
    assert fault(Disk(), str(tmp_path / "pipe")) == "special"
    assert fault(Disk(), "/dev/zero") == "special"
    assert fault(Disk(), str(tmp_path / "loop")) == "missing"


def test_disk_refuses_large_files(tmp_path: Path) -> None:
    for size, refused in ((MAX_FILE_BYTES, False), (MAX_FILE_BYTES + 1, True)):
        with (tmp_path / "big").open("wb") as file:
            file.truncate(size)
        if refused:
            assert fault(Disk(), str(tmp_path / "big")) == "too-large"
        else:
            assert len(Disk().read(str(tmp_path / "big"))) == size


@pytest.fixture
def not_root() -> Iterator[None]:
    """Nobody's rights, where the tests run as root, whom nothing is refused."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_disk_permission_denied(tmp_path: Path, not_root: None) -> None:
    if os.getuid() == 0:
        assert fault(Disk(), "/proc/1/environ") == "denied"
        return
    secret = tmp_path / "secret"
    secret.write_text("")
    secret.chmod(0)
    assert fault(Disk(), str(secret)) == "denied"


def test_disk_broken() -> None:
    """A file that can be opened and not read: nothing is mapped at address 0."""
    assert fault(Disk(), "/proc/self/mem") in ("broken", "denied")


def test_a_working_directory_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert Disk().cwd() == "/"
    found = Compilation(Disk(), OPTIONS).project("main.mln").diagnostics
    assert [problem.code for problem in found] == ["MLN001"]


# ---------------------------------------------------------------- memory and overlay
def test_memory() -> None:
    world = Memory({"a.mln": "x", "/lib/b": b"y"}, cwd="/p", environment={"HOME": "/h"})
    assert (world.read("a.mln"), world.read("/p/./x/../a.mln"), world.read("../lib/b")) == (b"x", b"x", b"y")
    assert (world.names("/"), world.names("/lib"), world.names("nowhere")) == (["lib", "p"], ["b"], [])
    assert (world.exists("/lib"), world.exists("/li"), world.cwd()) == (True, False, "/p")
    assert world.environment() == {"HOME": "/h"}
    assert fault(world, "/lib") == "directory"
    assert fault(world, "nowhere") == "missing"


def test_overlay() -> None:
    world = Overlay(Memory({"a": "old", "b": "b"}, cwd="/"), {"a": "new\ud800", "c": b"c"})
    assert (world.read("a"), world.read("b"), world.read("c")) == (b"new?", b"b", b"c")
    assert world.exists("c")
    assert not world.exists("d")


# ---------------------------------------------------------------- compilations remember
def test_a_result_is_kept_while_nothing_changes() -> None:
    texts = {"/p/main.mln": host("#include a.mln"), "/p/a.mln": "memory 64M\n"}
    compilation = Compilation(Overlay(Memory({}, cwd="/p"), texts), OPTIONS)
    first = compilation.project("/p/main.mln")
    assert compilation.project("/p/main.mln") is first
    texts["/p/a.mln"] = "memory 0\n"
    assert [problem.code for problem in compilation.project("/p/main.mln").diagnostics] == ["MLN305"]
    texts["/p/a.mln"] = "memory 64M\n"
    assert not compilation.project("/p/main.mln").diagnostics


def test_a_file_that_appears_is_seen() -> None:
    texts = {"/p/main.mln": host("#include a.mln")}
    compilation = Compilation(Overlay(Memory({}, cwd="/p"), texts), OPTIONS)
    assert [problem.code for problem in compilation.project("/p/main.mln").diagnostics] == ["MLN201"]
    texts["/p/a.mln"] = "memory 64M\n"
    assert not compilation.project("/p/main.mln").diagnostics


# ---------------------------------------------------------------- mln.conf
def test_later_files_win_and_lists_grow() -> None:
    world = Memory(
        {
            "/a": "default_memory 32M\ndaemon_allow 10.0.0.*\ntemplates ~/t\n",
            "/b": "default_memory 96M\ndaemon_allow 192.168.0.0/16\n",
        },
        environment={"HOME": "/home/x"},
    )
    config, problems = load_config(world, CORE, ["/a", "/b"])
    assert not problems
    assert (config.default_memory_mib, config.daemon_allow, config.templates) == (
        96,
        ("10.0.0.*", "192.168.0.0/16"),
        "/home/x/t",
    )


def test_defaults_are_the_articles() -> None:
    config, problems = load_config(Memory({}), CORE, [])
    assert not problems
    assert (config.default_memory_mib, config.default_size_bytes, config.default_backend, config.daemon_allow) == (
        64,
        250 * 2**20,
        "uml",
        (),
    )


def test_the_standard_places() -> None:
    files = {"/etc/mln/mln.conf": "", "/h/.config/mln/mln.conf": "", "/h/.mln": "", "/x/mln/mln.conf": ""}
    assert standard_paths(Memory(files, environment={"HOME": "/h"})) == [
        "/etc/mln/mln.conf",
        "/h/.config/mln/mln.conf",
        "/h/.mln",
    ]
    assert standard_paths(Memory(files, environment={"HOME": "/h", "XDG_CONFIG_HOME": "/x"}))[1] == "/x/mln/mln.conf"
    assert standard_paths(Memory({}, environment={})) == []


def test_the_articles_fragment() -> None:
    text = (Path(__file__).parent / "listings" / "mln.conf.fragment").read_text()
    config, problems = load_config(Memory({"/c": text}), CORE, ["/c"])
    assert not problems
    assert (config.service_host, config.daemon_allow) == ("vmgrande", ("192.168.10.*",))


@pytest.mark.parametrize(
    ("line", "code"),
    [("default_memory lots", "MLN304"), ("default_backend vbox", "MLN303"), ("defualt_memory 1M", "MLN301"),
     ("host a { }", "MLN308"), ("server a {", "MLN101"),
     ("plugin_timeout 0", "MLN305"), ("db_name x", "MLN310")],
)  # fmt: skip
def test_faults_of_mln_conf(line: str, code: str) -> None:
    _, problems = load_config(Memory({"/c": line + "\n"}), CORE, ["/c"])
    assert [problem.code for problem in problems] == [code]
