"""`mln` as a process: arguments, configuration, what it prints, how it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mln_helpers import COMMAND, Home

import mlnlang

LAB = """\
global { project lab }
superclass common { template t.ext4; uml; network eth0 { switch lan } }
host web { superclass common; boot_order 2 }
host db { superclass common; boot_order 1 }
switch lan { uml }
"""
TWO_PLACES = LAB.replace("boot_order 2", "boot_order 2; service_host milano").replace("switch lan }", "address dhcp }")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home where everything is done by the compiled scripts."""
    return Home(tmp_path, "scripted")


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
    for command in ("start", "stop", "status", "remove", "reconfigure", "logs"):
        done = home.run(command, "--help")
        assert done.returncode == 0
        assert "-h HOST" in done.stdout
    for command in ("build", "create", "list", "plan", "resume", "setup", "doctor"):
        done = home.run(command, "-h")
        assert done.returncode == 0
        assert "examples:" in done.stdout or command in ("list", "plan")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("dance",),
        ("start",),
        ("build",),
        ("start", "-p", "a", "b"),
        ("status", "-h", "web"),
        ("list", "x"),
        ("start", "-a", "lab"),
        ("start", "lab", "-j", "0"),
        ("start", "lab", "-j", "x"),
        ("-P",),
    ],
)
def test_wrong_usage(home: Home, arguments: tuple[str, ...]) -> None:
    done = home.run(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert done.stdout == ""


def test_build_writes_the_project_and_asks_its_scripts(home: Home) -> None:
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
    plan = lab.json("plan", "-f", "lab.mln", code=1)  # its template is missing
    wanted = [(change["kind"], change["name"], change["label"]) for change in plan["changes"]]
    assert wanted == [("host", "db", "new"), ("host", "web", "new")]  # the switch is compiled already


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


def test_hosts_are_chosen_and_scripts_get_the_folders(lab: Home) -> None:
    lab.fake_scripts("lab", "local", start='echo "$1: $MLN_FILES"; echo "$1: error: aside" >&2; exit 3')
    done = lab.run("-F", "x", "start", "-h", "web:db", "lab", "-h", "db", "-j", "1")
    log = lab.projects / "lab" / ".mln" / "log" / "switch-lan.log"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"lab switch lan: start failed: aside (log: {log})",
        "lab host db: start left out: start switch lan failed",
        "lab host web: start left out: start switch lan failed",
        "mln: `lab`: 0 of 5 steps done; failed: switch lan; mln resume lab goes on",
    ]
    assert log.read_text() == f"switch lan: {lab.folder}/x\nswitch lan: error: aside\n"
    lab.fake_scripts("lab", "local")
    assert lab.run("start", "-p", "lab", "--no-wait-ready").returncode == 0


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["web"], ["web"]),
        (["w*"], ["web"]),
        (["*"], ["db", "web"]),
        (["d?:web"], ["db", "web"]),
        (["[dw]*"], ["db", "web"]),
    ],
)
def test_hosts_by_pattern(lab: Home, given: list[str], names: list[str]) -> None:
    lab.fake_scripts("lab", "local", start="exit 0")
    words = [word for name in given for word in ("-h", name)]
    done = lab.run("start", "lab", "--dry-run", *words, "--no-wait-ready")
    assert done.stdout.splitlines() == ["would start switch lan", *(f"would start host {name}" for name in names)]


def test_status_lines(lab: Home) -> None:
    said = 'case $1 in *db) echo "$1: up";; *web) echo noise;; *) echo "$1: down";; esac; exit 1'
    lab.fake_scripts("lab", "local", status=said)
    done = lab.run("status", "lab")
    assert done.stdout == "lab host db up\nlab host web unknown (no answer)\nlab switch lan down\n"
    assert done.returncode == 1
    assert lab.run("status").returncode == 0
    assert lab.run("status", "lab", "-h", "db").stdout == "lab host db up\n"
    assert lab.run("status", "lab", "-h", "db").returncode == 0
    lab.fake_scripts("lab", "local", status='echo "$1: not built"')
    (state,) = lab.json("status", "-p", "lab", "-h", "db", code=1)["states"]
    assert state == {
        "project": "lab", "kind": "host", "name": "db", "server": "local", "state": "down", "more": "not built",
    }  # fmt: skip


def test_hosts_of_other_servers_are_named(home: Home) -> None:
    home.run("build", "-f", home.write("lab.mln", TWO_PLACES))
    home.fake_scripts("lab", "local", start="echo here", status='echo "$1: up"')
    home.fake_scripts("lab", "milano", start="echo there", status='echo "$1: down"')
    away = "lab host web: on milano: not reached by this version\n"
    done = home.run("start", "lab")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{away}lab: all is up\n")
    done = home.run("start", "lab", "-h", "web")
    assert (done.returncode, done.stdout) == (1, "")
    assert away in done.stderr
    done = home.run("status", "lab")
    assert "lab host web unknown (on milano: not reached by this version)\n" in done.stdout
    assert done.returncode == 1
    home.write(".mln", "service_host milano\n")  # now this is milano, and still where hosts go that name no server
    done = home.run("start", "lab", "--no-wait-ready")
    assert (done.returncode, done.stderr) == (0, "lab host web: started\n")
    home.fake_scripts("lab", "milano", status='echo "$1: up"')
    assert home.run("status", "lab").returncode == 0


def test_remove_asks_and_removes_all(lab: Home) -> None:
    done = lab.run("remove", "lab")
    assert done.returncode == 2
    assert "say --yes" in done.stderr
    lab.fake_scripts("lab", "local", remove="exit 1")
    assert lab.run("remove", "lab", "--yes").returncode == 1
    assert (lab.projects / "lab").is_dir()
    lab.fake_scripts("lab", "local", status='echo "$1: up"')
    done = lab.run("remove", "lab", "--yes")
    assert (done.returncode, done.stderr) == (1, "mln: `lab`: up: db, web; mln stop lab comes first\n")
    lab.fake_scripts("lab", "local")
    done = lab.run("remove", "lab", "-y", "-h", "web")
    assert (done.returncode, done.stderr) == (0, "lab host web: removed\n")
    assert (lab.projects / "lab").is_dir()
    assert lab.run("remove", "-f", "-p", "lab").returncode == 0
    assert os.listdir(lab.projects) == []


def test_remove_leaves_the_folder_where_other_servers_are_concerned(home: Home) -> None:
    home.run("build", "-f", home.write("lab.mln", TWO_PLACES))
    home.fake_scripts("lab", "local")
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
    (lab.projects / "lab" / "local" / "hosts" / "db" / "control.sh").unlink()
    done = lab.run("start", "lab")
    assert done.returncode == 1
    assert "local/hosts/db/control.sh" in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(lab: Home, number: int, code: int) -> None:
    """The script is told too, and gets the time to tidy up; what comes after is not begun."""
    begun, tidy = lab.folder / "begun", lab.folder / "tidy"
    trap = f"trap 'sleep 0.3; echo >{tidy}; exit 130' INT TERM; echo >{begun}; while :; do sleep 0.1; done"
    lab.fake_scripts("lab", "local", start=trap)
    with subprocess.Popen(
        [*COMMAND, "start", "lab"], env=lab.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_for(begun)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (code, "")
    assert tidy.exists()
    assert ("interrupted\n" in err) == (number == signal.SIGINT)
    assert "Traceback" not in err
    log = lab.projects / "lab" / ".mln" / "journal.jsonl"
    assert '"outcome": "interrupted"' in log.read_text().splitlines()[-1]
    assert "host" not in "".join(line for line in log.read_text().splitlines() if '"step"' in line)


def test_interrupted_twice(lab: Home) -> None:
    """Who interrupts a second time does not want to wait."""
    begun = lab.folder / "begun"
    lab.fake_scripts("lab", "local", start=f"trap '' INT TERM; echo >{begun}; sleep 60; sleep 60")
    with subprocess.Popen(
        [*COMMAND, "start", "lab"], env=lab.environment, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_for(begun)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "tidying up" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} does not appear")
