"""The template registry and its commands, and the busybox template, which really boots."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from codegen_helpers import require, run
from guest_helpers import plant
from image_helpers import contents, image_of
from mln_helpers import Home
from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.images import busybox, debian, registry
from mlnlang_manager.reporting import Failure
from tiny_guest import kernel, ram_disk

MIB = 1 << 20


@pytest.fixture
def made(home: Home) -> Home:
    """A home with the busybox template."""
    require("busybox", "mke2fs", "debugfs")
    done = home.run("-T", "T", "templates", "build", "busybox")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"made {home.folder}/T/busybox.ext4\n"
    return home


def test_a_template_is_listed_shown_noted_and_removed(made: Home) -> None:
    path = made.folder / "T/busybox.ext4"
    (listed,) = made.json("templates", "-T", "T")["templates"]
    assert (listed["kind"], listed["family"], listed["virtual_size"]) == ("ext file system", "busybox", 16 * MIB)
    assert listed["used"] < 4 * MIB
    assert listed["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert made.run("templates", "note", "busybox.ext4", "of  mine", "-T", "T").returncode == 0
    line = made.run("templates", "-T", "T").stdout
    assert line.split() == ["busybox.ext4", "16", "MiB", "ext", "file", "system", "busybox", "of", "mine"]
    assert f"sha256: {listed['sha256']}" in made.run("templates", "show", "busybox.ext4", "-T", "T").stdout
    assert made.run("templates", "rm", "busybox.ext4", "-T", "T").returncode == 2
    assert made.run("templates", "rm", "busybox.ext4", "-T", "T", "--yes").stdout == f"removed {path}\n"
    assert made.json("templates", "-T", "T")["templates"] == []
    assert json.loads((made.folder / "T/.mln-templates.json").read_text())["templates"] == {}


def test_a_digest_is_computed_once(made: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    found = registry.Registry(str(made.folder / "T"))
    template = found.get("busybox.ext4")
    assert template.digest
    monkeypatch.setattr(registry, "digest_of", lambda path, told=None: "again")
    assert found.with_digest(template).digest == template.digest
    os.utime(template.path, (1, 1))
    assert found.get("busybox.ext4").digest == ""
    assert found.with_digest(found.get("busybox.ext4")).digest == "again"
    assert found.get("busybox.ext4").digest == "again"


def test_verify(made: Home) -> None:
    path = made.folder / "T/busybox.ext4"
    assert made.run("templates", "verify", "-T", "T").stdout == "busybox.ext4: as registered\n"
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(5 * MIB)
        file.write(b"x")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # a size and a time that are believed
    done = made.run("templates", "verify", "-T", "T")
    assert (done.returncode, done.stdout) == (1, "busybox.ext4: differs from what was registered\n")


def test_registering(made: Home) -> None:
    require("qemu-img")
    source = Path(made.write("elsewhere/one.ext4", ""))
    source.write_bytes((made.folder / "T/busybox.ext4").read_bytes())
    done = made.run("register_template", "-t", "elsewhere/one.ext4", "-T", "T", "--notes", "first")
    assert done.stdout == f"registered {made.folder}/T/one.ext4 (ext file system)\n"
    assert source.exists()
    assert made.run("rt", "-t", "elsewhere/one.ext4", "-T", "T").returncode == 2
    assert made.run("rt", "-t", "elsewhere/one.ext4", "-T", "T", "--yes", "--link").returncode == 0
    assert (made.folder / "T/one.ext4").readlink() == source
    assert made.run("rt", "-t", "elsewhere/one.ext4", "-T", "T", "--name", "b/two.ext4", "--move").returncode == 0
    assert not source.exists()
    wrong = made.run("rt", "-t", "T/busybox.ext4", "-T", "T", "--name", "x.qcow2")
    assert wrong.stderr.startswith(f"mln: {made.folder}/T/busybox.ext4 is a raw image and not qcow2")
    run("qemu-img", "convert", "-O", "qcow2", made.folder / "T/busybox.ext4", made.folder / "T/three.qcow2")
    inside = made.json("rt", "-t", "three.qcow2", "-T", "T")["template"]
    assert (inside["name"], inside["format"], inside["virtual_size"]) == ("three.qcow2", "qcow2", 16 * MIB)
    for name in ("../x", "/x", ".x", "a//b"):
        assert made.run("rt", "-t", "T/busybox.ext4", "-T", "T", "--name", name).returncode == 2
    assert made.run("rt", "-t", "nothing", "-T", "T").stderr == "mln: there is no image nothing\n"
    text = made.write("a-text", "no image at all\n")
    refused = made.run("rt", "-t", text, "-T", "T")
    assert refused.returncode == 1
    assert "a-text is no disk image: it holds no file system and no partitions; --force" in refused.stderr
    assert made.run("rt", "-t", text, "-T", "T", "--force").returncode == 0


def test_a_damaged_registry_is_named(made: Home) -> None:
    made.write("T/.mln-templates.json", '{"version": 1, "templates": 7}')
    assert "is damaged; delete it: only notes are lost" in made.run("templates", "-T", "T").stderr
    made.write("T/.mln-templates.json", '{"version": 9}')
    assert "of version 9" in made.run("templates", "-T", "T").stderr


def test_wrong_usage(made: Home) -> None:
    for words in (["build"], ["build", "windows"], ["show"], ["note", "x"], ["rm"], ["list", "x"],
                  ["build", "busybox", "x", "--size", "much"]):  # fmt: skip
        assert made.run("templates", *words, "-T", "T").returncode == 2, words
    assert "did you mean `busybox.ext4`?" in made.run("templates", "show", "busbox.ext4", "-T", "T").stderr
    tiny = made.run("templates", "build", "busybox", "tiny", "--size", "1M", "-T", "T")
    assert tiny.stderr == "mln: a busybox template takes 8 MiB at least\n"
    again = made.run("templates", "build", "busybox", "-T", "T")
    assert (again.returncode, "is there already" in again.stderr) == (2, True)
    assert sorted(os.listdir(made.folder / "T")) == [".mln-templates.json", ".mln-templates.lock", "busybox.ext4"]


def test_templates_that_have_disks_over_them_stay(made: Home) -> None:
    require("uml_mkcow")
    text = "global { project lab }\nhost a {\n    uml\n    cow_filesystem busybox.ext4\n    memory 32M\n}\n"
    built = made.run("-T", "T", "build", "-f", made.write("lab.mln", text))
    assert built.returncode == 0, built.stderr
    refused = made.run("templates", "rm", "busybox.ext4", "--yes", "-T", "T")
    assert refused.stderr == "mln: busybox.ext4 is under the disks of a.lab; they would be lost\n"
    assert made.run("templates", "build", "busybox", "--yes", "-T", "T").returncode == 1


def test_what_is_in_the_busybox_template(made: Home, tmp_path: Path) -> None:
    found = contents(made.folder / "T/busybox.ext4", tmp_path / "dump")
    assert found["bin/busybox"][1:4] == (0o755, 0, 0)
    assert found["sbin/init"][4] == b"../bin/busybox"
    assert found["etc/shadow"][1:4] == (0o640, 0, 42)
    # What is dumped has lost this bit.
    assert "Mode:  01777" in run("debugfs", "-R", "stat /tmp", made.folder / "T/busybox.ext4").stdout
    assert {entry[2] for entry in found.values()} == {0}
    scripts = [name for name, entry in found.items() if entry[0] == "file" and entry[4].startswith(b"#!/bin/sh")]
    require("shellcheck")
    for name in scripts:
        told = run("shellcheck", "-s", "dash", "-e", "SC2154,SC1091", tmp_path / "dump/back" / name)
        assert told.returncode == 0, told.stdout


def test_no_root_is_needed(tmp_path: Path) -> None:
    require("setpriv", "busybox")
    if os.geteuid():
        pytest.skip("is not root anyway")
    folder = Path("/tmp") / f"mln-templates-{os.getpid()}"
    folder.mkdir()
    try:
        os.chown(folder, 65534, 65534)
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]
        program = f"from mlnlang_manager.images import busybox; busybox.build('{folder}/bb.ext4')"
        done = subprocess.run([*user, sys.executable, "-c", program], capture_output=True, text=True, check=False,
                              cwd="/", env={**os.environ, "HOME": str(folder)})  # fmt: skip
        if "Permission denied" in done.stderr or "No module named" in done.stderr:
            pytest.skip("other users can't read this checkout")
        assert done.returncode == 0, done.stderr
        assert contents(folder / "bb.ext4", tmp_path)["bin/busybox"][2:4] == (0, 0)
    finally:
        run("rm", "-rf", folder)


def boot(image: Path, work: Path, *words: str) -> tuple[str, list[str]]:
    """Boot as User-Mode Linux until the guest says that it is up, then shut it down: its console, and what it said."""
    work.mkdir()
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(f"{work}/notify")
    notify.settimeout(60)
    said: list[str] = []
    command = ["linux.uml", "umid=t", "uml_dir=uml/", f"ubda={work}/cow,{image}", "mem=64M", "con=null"]
    command += ["con0=null,fd:1", "con1=pts", "root=/dev/ubda", "rw", "noreboot", "mconsole=notify:notify", *words]
    with notify, subprocess.Popen(command, cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, process_group=0) as kernel:  # fmt: skip
        try:
            while "MLN-READY" not in "".join(said):
                data = notify.recv(4096)
                if data[8] == 3:
                    said.append(data[16:].rstrip(b"\0\n").decode())
            run("uml_mconsole", f"{work}/uml/t/mconsole", "cad")
            out, _ = kernel.communicate(timeout=60)
        finally:
            if kernel.poll() is None:
                os.killpg(kernel.pid, 9)
    return out, said


def test_the_template_boots_as_user_mode_linux(made: Home, tmp_path: Path) -> None:
    require("linux.uml", "uml_mconsole")
    image = made.folder / "T/busybox.ext4"
    console, said = boot(image, tmp_path / "run")
    assert said == ["MLN-READY"]
    booting = console.partition("Run /sbin/init")[2]
    assert not [word for word in ("can't", "not found", "failed", "No such") if word in booting]
    assert console.rstrip().endswith("reboot: System halted")
    assert run("uml_moo", tmp_path / "run/cow", tmp_path / "merged.img").returncode == 0
    contents(tmp_path / "merged.img", tmp_path / "dump")  # clean


def test_a_machine_of_a_project_boots_and_says_its_name(made: Home, tmp_path: Path) -> None:
    require("linux.uml", "uml_mconsole")
    text = """\
global { project lab }
host web {
    uml
    template busybox.ext4
    size 24M
    memory 64M
    root_passwd secret
    users { alice $6$abc$defghijk }
    startup {
        uname -n >/root/name
        id alice >/root/who
        ls -l /home/alice/.. /etc/shadow >/root/modes
        cat /proc/mounts >/root/mounts
    }
    network eth0 { address 10.0.0.1 }
}
"""
    built = made.run("-T", "T", "build", "-f", made.write("lab.mln", text))
    assert built.returncode == 0, built.stderr
    image = made.projects / "lab/local/images/web.img"
    console, said = boot(image, tmp_path / "run")
    assert said[-1] == "MLN-READY"
    assert "not found" not in console
    assert run("uml_moo", tmp_path / "run/cow", tmp_path / "merged.img").returncode == 0
    found = contents(tmp_path / "merged.img", tmp_path / "dump")
    assert found["root/name"][4] == b"web\n"
    assert found["root/who"][4].startswith(b"uid=1000(alice) gid=1000(alice)")
    assert b"-rw-r-----    1 root     shadow" in found["root/modes"][4]
    assert found["root/mounts"][4].count(b" / ext4 ") == 1


def test_the_template_boots_in_qemu(made: Home, tmp_path: Path) -> None:
    """With a kernel of Debian's, without KVM: its console is a shell, for root has no password."""
    require("qemu-system-x86_64")
    image = kernel()
    disk = f"file={made.folder}/T/busybox.ext4,format=raw,if=virtio,snapshot=on"
    command = ["qemu-system-x86_64", "-accel", "tcg", "-m", "128", "-nographic", "-no-reboot", "-nic", "none"]
    command += ["-kernel", str(image), "-initrd", str(ram_disk(tmp_path / "disk", image)), "-drive", disk]
    command += ["-append", "console=ttyS0 root=/dev/vda quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, process_group=0) as machine:  # fmt: skip
        assert machine.stdin is not None
        assert machine.stdout is not None
        try:
            seen = ""
            while not seen.endswith("# "):
                seen += machine.stdout.read(1)
            out, _ = machine.communicate("id -un; hostname; grep -c ext4 /proc/mounts; poweroff\n", timeout=100)
        finally:
            if machine.poll() is None:
                os.killpg(machine.pid, 9)
    assert [line.strip() for line in out.splitlines()[1:4]] == ["root", "busybox", "1"]


def test_debian_tells_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("mlnlang_manager.images.tools._SYSTEM", str(tmp_path))
    with pytest.raises(DriverError, match="missing on this server: command mmdebstrap"):
        debian.build(str(tmp_path / "debian.ext4"))


def test_debian_by_a_stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for mmdebstrap checks its arguments and gives a small tree; Debian itself is not fetched."""
    require("mke2fs", "tar")
    if os.geteuid():
        require("fakeroot", "newuidmap")
    tree = plant(tmp_path / "tree", "bin/bash", "etc/debian_version", "usr/lib/systemd/systemd", "sbin/ifup")
    (tmp_path / "bin").mkdir()
    stand_in = tmp_path / "bin/mmdebstrap"
    stand_in.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/words\nfor last; do :; done\ntar -C {tree} -cf "$last" .\n'
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    debian.build(str(tmp_path / "T/debian.ext4"), "trixie", 32 * MIB, ["nginx"])
    words = (tmp_path / "words").read_text().splitlines()
    assert words[:2] == ["--quiet", "--variant=minbase"]
    assert words[2].startswith("--include=systemd-sysv,")
    assert words[2].endswith(",nginx")
    assert words[-2] == "trixie"
    assert contents(tmp_path / "T/debian.ext4", tmp_path / "dump")["bin/bash"][2:4] == (0, 0)
    found = registry.Registry(str(tmp_path / "T")).register("debian.ext4", notes=None)
    assert (found.known.family, found.size) == ("debian", 32 * MIB)


def test_a_busybox_that_needs_libraries_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = tmp_path / "busybox"
    stand_in.write_text("#!/bin/sh\necho sh; echo mount\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(DriverError, match=r"lacks getty, .* udhcpc"):
        busybox.build(str(tmp_path / "bb"))


def test_names_and_folders(tmp_path: Path) -> None:
    found = registry.Registry(str(tmp_path / "none"))
    assert found.all() == []
    with pytest.raises(Failure, match="there is no template"):
        found.get("x")
    image_of(plant(tmp_path / "tree"), tmp_path / "x.ext4")
    template = registry.Registry(str(tmp_path)).get("x.ext4")
    assert registry.family_of(replace(template, path=str(tmp_path / "gone"))) == ""
