"""A project's whole life with User-Mode Linux: real kernels, a real switch."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mln_helpers import Home, lacking, make_template

pytestmark = [
    pytest.mark.skipif(
        bool(lacking()) and os.environ.get("MLN_REQUIRE_ALL") != "1", reason=f"not installed: {', '.join(lacking())}"
    ),
]

PROJECT = """\
global { project life }
superclass common {
    uml
    template busybox.ext4
    size 8M
    memory 64M
    network eth0 {
        switch lan
        netmask 255.255.255.0
    }
}
host first {
    superclass common
    boot_order 1
    network eth0 { address 10.0.0.1 }
}
host second {
    superclass common
    network eth0 { address 10.0.0.2 }
}
switch lan { uml }
"""
ALL = ("host first", "host second", "switch lan")


def states(home: Home, code: int) -> dict[str, str]:
    """What `mln status` says."""
    done = home.run("status", "life")
    assert done.returncode == code, done.stdout + done.stderr
    words = [line.split(None, 3) for line in done.stdout.splitlines()]
    assert {word[0] for word in words} == {"life"}
    return {f"{kind} {name}": state for _, kind, name, state in words}


def test_build_start_status_stop_remove(home: Home, tmp_path: Path) -> None:
    assert not lacking()
    templates = tmp_path / "templates"
    templates.mkdir()
    make_template(templates / "busybox.ext4", tmp_path)
    built = home.run("-T", str(templates), "build", "-f", home.write("life.mln", PROJECT))
    assert built.returncode == 0, built.stdout + built.stderr
    assert states(home, 1) == dict.fromkeys(ALL, "down")
    try:
        started = home.run("start", "-p", "life", "-h", "first")
        assert started.returncode == 0, started.stdout + started.stderr
        assert states(home, 1) == {"host first": "up", "host second": "down", "switch lan": "up"}
        started = home.run("start", "life")
        assert started.returncode == 0, started.stdout + started.stderr
        assert states(home, 0) == dict.fromkeys(ALL, "up")
        up = home.run("remove", "--yes", "life")
        assert up.returncode == 1
        assert (home.projects / "life").is_dir()
    finally:
        stopped = home.run("stop", "life")
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    assert states(home, 1) == dict.fromkeys(ALL, "down")
    removed = home.run("remove", "--yes", "life")
    assert removed.returncode == 0, removed.stdout + removed.stderr
    assert home.run("list").stdout == ""
