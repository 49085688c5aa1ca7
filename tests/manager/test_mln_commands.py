"""`mln` as a process: arguments, configuration, what it prints, how it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from mln_helpers import COMMAND, Home

import mlnlang

LAB = """\
global { project lab }
superclass common { template t.ext4; uml }
host web { superclass common; boot_order 2 }
host db { superclass common; boot_order 1 }
switch lan { uml }
"""
TWO_PLACES = LAB.replace("boot_order 2", "boot_order 2; service_host milano")


@pytest.fixture
def lab(home: Home) -> Home:
    """A home with the project, compiled; its disks can't be made, for there is no template."""
    built = home.run("build", "-f", home.write("lab.mln", LAB))
    assert built.returncode == 1
    assert "t.ext4" in built.stderr
    return home


def test_version_needs_nothing_else() -> None:
    code = (
        "import sys, mlnlang_manager.main as m; m.main(['--version'])\n"
        "sys.exit(any(n.split('.')[0] in ('argparse', 'lark', 'jinja2', 'rich', 'subprocess') for n in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"mln {mlnlang.__version__}\n", "")


def test_help_is_a_long_option_where_h_names_hosts(home: Home) -> None:
    for command in ("start", "stop", "status", "remove"):
        done = home.run(command, "--help")
        assert done.returncode == 0
        assert "-h HOST" in done.stdout
    for command in ("build", "list", "plan"):
        assert home.run(command, "-h").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [(), ("dance",), ("start",), ("build",), ("start", "-p", "a", "b"), ("status", "-h", "web"), ("list", "x")],
)
def test_wrong_usage(home: Home, arguments: tuple[str, ...]) -> None:
    done = home.run(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert done.stdout == ""


def test_build_writes_the_project_and_runs_its_script(home: Home) -> None:
    done = home.run("build", "-f", home.write("lab.mln", LAB), "-T", "nowhere")
    assert f"wrote {home.projects}/lab\n" in done.stdout
    assert (home.projects / "lab" / "manifest.json").is_file()
    assert f"{home.folder}/nowhere/t.ext4" in done.stderr  # the script's own words
    assert done.returncode == 1
    assert home.run("list").stdout == f"{home.projects}/lab\n"


def test_build_stops_at_errors(home: Home) -> None:
    done = home.run("build", "-f", home.write("lab.mln", LAB.replace("template t.ext4", "template")))
    assert done.returncode == 1
    assert "lab.mln:2:21: error:" in done.stderr
    assert not home.projects.exists()


def test_projects_folder_from_the_command_line_the_environment_and_the_configuration(home: Home) -> None:
    path = home.write("lab.mln", LAB)
    home.run("-P", "one", "build", "-f", path)
    home.run("build", "-P", "two", "-f", path)
    home.run("build", "-f", path, env={"XDG_DATA_HOME": f"{home.folder}/three"})
    home.write(".mln", f"projects {home.folder}/four\n")
    home.run("build", "-f", path)
    for place in ("one", "two", "three/mln/projects", "four"):
        assert (home.folder / place / "lab" / "plan.json").is_file(), place
    assert not home.projects.exists()
    assert home.run("list").stdout == f"{home.folder}/four/lab\n"


def test_a_wrong_configuration_is_told(home: Home) -> None:
    home.write(".mln", "projcts /srv\n")
    done = home.run("list")
    assert ".mln:1:1: warning: " in done.stderr
    assert done.returncode == 0


def test_list_and_plan(lab: Home) -> None:
    (project,) = lab.json("list")["projects"]
    assert project["hosts"] == [{"name": "db", "server": "local"}, {"name": "web", "server": "local"}]
    assert project["switches"] == [{"name": "lan", "server": "local"}]
    plan = lab.json("plan", "-f", "lab.mln")
    starts = [action["subject"] for action in plan["actions"] if action["phase"] == "start"]
    assert starts == ["switch lan", "host db", "host web"]
    text = lab.run("plan", "-f", "lab.mln").stdout
    assert "start of lab on local:\n  switch lan (uml): switches/lan/control.sh start\n" in text


def test_json_on_failure(home: Home) -> None:
    path = home.write("lab.mln", "host web {\n")
    document = home.json("plan", "-f", path, code=1)
    assert document["diagnostics"][0]["code"] == "MLN101"
    assert document["error"]["message"].startswith(path)
    assert home.json("status", "nothing", code=1)["error"]["hint"] == "mln build makes projects"


def test_unknown_projects_and_hosts(lab: Home) -> None:
    done = lab.run("start", "elsewhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"mln: there is no project `elsewhere` in {lab.projects}; there are: lab\n"
    assert lab.run("start", "LAB").stderr.endswith("; did you mean `lab`?\n")
    for name in ("..", "../projects/lab", "."):
        assert lab.run("start", name).returncode == 1
    done = lab.run("stop", "-p", "lab", "-h", "mail")
    assert (done.returncode, done.stderr) == (1, "mln: the project `lab` has no host `mail`; there are: db, web\n")


def test_hosts_are_passed_on_and_output_comes_through(lab: Home) -> None:
    lab.fake_scripts("lab", "local", start='echo "$@" "$MLN_FILES"; echo aside >&2; exit 3')
    done = lab.run("-F", "x", "start", "-h", "web:db", "lab", "-h", "db")
    assert (done.returncode, done.stdout, done.stderr) == (1, f"web db {lab.folder}/x\n", "aside\n")
    lab.fake_scripts("lab", "local", start="exit 0")
    assert lab.run("start", "-p", "lab").returncode == 0


def test_status_lines(lab: Home) -> None:
    said = "echo 'host db: up'; echo 'switch lan: down'; echo 'noise'; exit 1"
    lab.fake_scripts("lab", "local", status=said)
    done = lab.run("status", "lab")
    assert done.stdout == "lab host db up\nlab host web unknown (its script gave no answer)\nlab switch lan down\n"
    assert done.returncode == 1
    assert lab.run("status").returncode == 0
    assert lab.run("status", "lab", "-h", "db").stdout == "lab host db up\n"
    assert lab.run("status", "lab", "-h", "db").returncode == 0
    lab.fake_scripts("lab", "local", status="echo 'host db: not built'")
    (state,) = lab.json("status", "-p", "lab", "-h", "db", code=1)["states"]
    assert state == {
        "project": "lab", "kind": "host", "name": "db", "server": "local", "state": "down", "more": "not built",
    }  # fmt: skip


def test_hosts_of_other_servers_are_named(home: Home) -> None:
    home.run("build", "-f", home.write("lab.mln", TWO_PLACES))
    home.fake_scripts("lab", "local", start="echo here $@", status="echo 'host db: up'; echo 'switch lan: up'")
    home.fake_scripts("lab", "milano", start="echo there $@", status="echo 'host web: up'")
    away = "lab host web: on milano: not reached by this version\n"
    done = home.run("start", "lab")
    assert (done.returncode, done.stdout, done.stderr) == (0, "here\n", away)
    done = home.run("start", "lab", "-h", "web")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", away)
    done = home.run("status", "lab")
    assert "lab host web unknown (on milano: not reached by this version)\n" in done.stdout
    assert done.returncode == 1
    home.write(".mln", "service_host milano\n")  # now this is milano, and still where hosts go that name no server
    done = home.run("start", "lab")
    assert (done.returncode, done.stdout, done.stderr) == (0, "here\nthere\n", "")
    assert home.run("start", "lab", "-h", "web").stdout == "there web\n"
    assert home.run("status", "lab").returncode == 0


def test_remove_asks_and_removes_all(lab: Home) -> None:
    done = lab.run("remove", "lab")
    assert done.returncode == 2
    assert "say --yes" in done.stderr
    lab.fake_scripts("lab", "local", remove="exit 1")
    assert lab.run("remove", "lab", "--yes").returncode == 1
    assert (lab.projects / "lab").is_dir()
    lab.fake_scripts("lab", "local", remove="echo $@")
    done = lab.run("remove", "lab", "-y", "-h", "web")
    assert (done.returncode, done.stdout) == (0, "web\n")
    assert (lab.projects / "lab").is_dir()
    assert lab.run("remove", "-f", "-p", "lab").returncode == 0
    assert os.listdir(lab.projects) == []


def test_remove_leaves_the_folder_where_other_servers_are_concerned(home: Home) -> None:
    home.run("build", "-f", home.write("lab.mln", TWO_PLACES))
    home.fake_scripts("lab", "local", remove="exit 0")
    done = home.run("remove", "--yes", "lab")
    assert done.returncode == 0
    assert "milano not reached by this version, so " in done.stderr
    assert (home.projects / "lab").is_dir()


def test_broken_projects_are_named_and_the_others_listed(lab: Home) -> None:
    lab.write("mln/projects/odd/plan.json", "{}")
    lab.write("mln/projects/stray", "no project")
    done = lab.run("list")
    assert (done.returncode, done.stdout) == (0, f"{lab.projects}/lab\n")
    assert done.stderr == f"mln: {lab.projects}/odd/plan.json is no plan\n"
    assert lab.run("start", "odd").returncode == 1


def test_a_project_without_its_script(lab: Home) -> None:
    (lab.projects / "lab" / "local" / "start.sh").unlink()
    done = lab.run("start", "lab")
    assert done.returncode == 1
    assert done.stderr.endswith("local/start.sh; build `lab` again\n")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(lab: Home, number: int, code: int) -> None:
    """The script is told too, and gets the time to tidy up."""
    tidy = "trap 'sleep 0.3; echo tidy; exit 130' INT TERM; echo begun; while :; do sleep 0.1; done"
    lab.fake_scripts("lab", "local", start=tidy)
    with subprocess.Popen(
        [*COMMAND, "start", "lab"], env=lab.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.1)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        assert process.returncode == code
        assert out == "tidy\n"
        assert ("interrupted\n" in err) == (number == signal.SIGINT)
        assert "Traceback" not in err
