"""`mln setup`, `mln doctor`, completion, and what a quick start must not load."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from mln_helpers import COMMAND, Home
from sim_helpers import LAB, Sim


@pytest.fixture
def sim(home: Home) -> Sim:
    """A home with the simulated hypervisor."""
    return Sim(home)


def test_setup_makes_folders_and_a_configuration_that_is_understood(sim: Sim) -> None:
    home = sim.home.folder
    assert sim.run("setup", "--dry-run").out.startswith(f"would make {home}/mln/projects\n")
    assert not (home / "mln").exists()
    done = sim.run("setup")
    assert done.code == 0
    config = home / ".config/mln/mln.conf"
    assert {str(path) for path in (home / "mln").iterdir()} == {
        f"{home}/mln/{n}" for n in ("projects", "templates", "files")
    }
    assert f"projects {home}/mln/projects\n" in config.read_text()
    text = config.read_text()
    sim.home.write("mln/templates/t.ext4", "")
    assert "warning" not in sim.build().err
    again = sim.run("setup")
    assert f"{config} is there already and stays as it is\n" in again.out
    assert config.read_text() == text
    assert json.loads(sim.run("setup", "--json").out)["made"] == []


def test_setup_keeps_to_the_command_line(sim: Sim) -> None:
    folder = sim.home.folder / "a b"
    assert sim.run("-P", f"{folder}/projects", "setup", "-T", f"{folder}/t").code == 0
    assert (folder / "t").is_dir()
    assert sim.build().code == 0
    assert (folder / "projects" / "lab" / "plan.json").exists()


def test_the_configuration_file_is_valid_with_every_line_uncommented(sim: Sim) -> None:
    assert sim.run("setup").code == 0
    config = sim.home.folder / ".config/mln/mln.conf"
    lines = [
        line[1:] if line.startswith("#") and line[1:2].islower() else line for line in config.read_text().splitlines()
    ]
    assert sum(line.startswith(("default_", "lvm_vg", "service_host")) for line in lines) == 6
    config.write_text("\n".join(lines) + "\n")
    assert sim.run("list").err == ""


def test_doctor_names_what_dead_machines_leave_and_sweeps_it_up(sim: Sim) -> None:
    assert sim.build(LAB, sim={"fail": {"build web": "no luck"}}).code == 1
    run = sim.folder / "local" / "run"
    (run / "uml" / "db.lab").mkdir(parents=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
        here = os.getcwd()
        os.chdir(run / "uml" / "db.lab")
        dead.bind("mconsole")
        os.chdir(here)
        (run / "uml" / "db.lab" / "pid").write_text(f"{os.getpid()}\n")
        assert "db.lab" not in sim.run("doctor").out  # somebody answers there
    (run / "uml" / "db.lab" / "pid").write_text("999999999\n")
    (run / "switches").mkdir()
    (run / "switches" / "lan.pid").write_text("999999999\n")
    dying = sim.home.projects / ".removed-old-1"
    dying.mkdir()
    found = sim.run("doctor")
    assert found.code == 1
    for text in ("of a machine that is dead", "switch lan is dead", "a deletion that was cut off"):
        assert text in found.out
    assert "lab: `mln build` failed, 1 steps are left; mln resume lab" in found.out
    document = json.loads(sim.run("doctor", "--fix", "--json").out)
    assert sum(entry["fixed"] for entry in document["findings"]) == 3
    assert not dying.exists()
    assert not (run / "uml" / "db.lab").exists()
    assert not (run / "switches" / "lan.pid").exists()
    assert "left" not in sim.run("doctor").out.replace("1 steps are left", "").replace("left over", "")


def complete(home: Home, line: str) -> list[str]:
    """What a shell is offered, by argcomplete's protocol."""
    environment = {
        **home.environment, "_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)),
        "_ARGCOMPLETE_STDOUT_FILENAME": str(home.folder / "offers"), "_ARGCOMPLETE_IFS": "\n", "COMP_TYPE": "9",
    }  # fmt: skip
    subprocess.run([*COMMAND], env=environment, cwd=home.folder, check=False, capture_output=True, timeout=60)
    return sorted(word.strip() for word in (home.folder / "offers").read_text().split("\n") if word.strip())


def test_names_of_projects_and_hosts_are_completed(sim: Sim) -> None:
    assert sim.build().code == 0
    assert complete(sim.home, "mln start ")[-1:] == ["lab"]
    assert complete(sim.home, "mln stop -p l") == ["lab"]
    assert complete(sim.home, "mln start -p lab -h ") == ["db", "mail", "web"]
    assert complete(sim.home, "mln start lab -h w") == ["web"]
    assert "start" in complete(sim.home, "mln sta")


def test_quick_commands_load_little(sim: Sim) -> None:
    assert sim.build().code == 0
    code = (
        "import sys\nfrom mlnlang_manager.main import main\nmain(['status'])\n"
        "sys.exit(any(n.split('.')[0] in ('lark', 'jinja2', 'rich', 'libvirt', 'argcomplete') for n in sys.modules))"
    )
    environment = {**sim.home.environment, "MLN_DRIVER": "sim"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("lab host db down\n")


def test_unknown_drivers_are_refused(sim: Sim) -> None:
    assert sim.build().code == 0
    done = sim.run("--driver", "qemu", "start", "lab")
    assert (done.code, done.err) == (2, "mln: there is no driver `qemu`; there are: scripted, sim\n")


def test_the_demonstration_says_what_is_missing(tmp_path: Path) -> None:
    """On a server without User-Mode Linux the compiler is shown, and how to go on."""
    root = Path(__file__).parents[2]
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "uname", "env", "mktemp", "rm", "grep", "sleep"):
        os.symlink(f"/bin/{name}" if os.path.exists(f"/bin/{name}") else f"/usr/bin/{name}", tools / name)
    text = (
        (root / "tools/demo.sh")
        .read_text()
        .replace("PATH=$PATH:/usr/sbin:/sbin", "")
        .replace("-o out", f"-o {tmp_path}/out")
    )
    script = tmp_path / "demo.sh"
    script.write_text(text)
    done = subprocess.run(
        ["/bin/sh", script, os.path.dirname(sys.executable)], env={"PATH": str(tools), "HOME": str(tmp_path)}, cwd=root,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "host.ldapserver.memory = 256 MiB" in done.stdout
    assert "lacks linux.uml uml_switch busybox mke2fs debugfs" in done.stdout
    assert "apt-get install user-mode-linux" in done.stdout
