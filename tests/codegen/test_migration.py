"""Moving machines between servers: who gets the folder, and what its script does."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from codegen_helpers import require, run
from mlnlang_codegen import generate

from mlnlang.ir import Disk, Host, Project, Server

SHARED = (Server("scylla", san_paths=("vg0", "/nfs")), Server("charybdis", san_paths=("vg0", "/nfs")))


def host(name: str, backend: str, server: str | None, disk: Disk) -> Host:
    return Host(name, backend, 64, service_host=server, disks=(disk,))


def project(*hosts: Host) -> Project:
    return Project("sea", hosts, servers=SHARED)


ULYSSES = host("ulysses", "xen", "scylla", Disk("root", "lvm", template="d.ext4", volume_group="vg0"))
ODYSSEUS = host("odysseus", "kvm", "charybdis", Disk("root", template="d.qcow2", directory="/nfs/images"))
ALONE = host("alone", "xen", "scylla", Disk("root", template="d.ext4"))


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The folders of both servers, with stand-ins for xl and virsh that print how they are called."""
    for file in generate(project(ULYSSES, ODYSSEUS, ALONE)).files:
        path = tmp_path / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.content)
        path.chmod(file.mode)
    for name in ("xl", "virsh"):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def migrate(scripts: Path, server: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [scripts / server / "migration/migrate.sh", *arguments],
        env={"PATH": f"{scripts}/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_machines_on_shared_storage_move(scripts: Path) -> None:
    assert migrate(scripts, "scylla", "ulysses", "charybdis").stdout == "xl migrate ulysses.sea charybdis\n"
    assert migrate(scripts, "charybdis", "odysseus", "scylla").stdout == (
        "virsh migrate --live --persistent --undefinesource --verbose odysseus.sea qemu+ssh://root@scylla/system\n"
    )


def test_others_are_refused_with_a_reason(scripts: Path) -> None:
    done = migrate(scripts, "scylla", "alone", "charybdis")
    assert (done.returncode, done.stderr) == (1, "migrate.sh: the disk of alone is not on shared storage (san_path)\n")
    assert migrate(scripts, "scylla", "ulysses", "nowhere").returncode == 2
    assert migrate(scripts, "scylla", "nobody", "charybdis").returncode == 2
    assert migrate(scripts, "scylla").returncode == 2
    assert "its disk is on shared storage" in migrate(scripts, "scylla", "--help").stdout


def test_old_servers_let_in_the_project_s_servers_alone(scripts: Path) -> None:
    lines = (scripts / "scylla/migration/xend-config.sxp").read_text()
    assert "(xend-relocation-hosts-allow '^localhost$ ^charybdis$')" in lines
    assert not (scripts / "charybdis/migration/xend-config.sxp").exists()


def test_scripts_are_clean(scripts: Path) -> None:
    require("shellcheck", "dash")
    for path in scripts.glob("*/migration/migrate.sh"):
        assert run("shellcheck", "-s", "sh", path).stdout == ""
        run("dash", "-n", path)


def test_a_project_of_one_server_has_no_such_folder() -> None:
    assert [f.path for f in generate(project(ULYSSES, ALONE)).files if "/migration/" in f.path] == []
