"""How fast `mln` is: its own part by the simulated hypervisor, and real machines by User-Mode Linux: `make bench`.

Figures are seconds of wall time, of one run each; every row names its command. The simulated hypervisor takes no time
(MLN_SIM speed 0), so what is left is `mln` itself. Real machines are those of examples/ping.mln, and the cluster of
the article's Listing 6 as User-Mode Linux: 36 nodes of 312 MiB with 1 GiB of free space each, from a busybox template.

`--sim` measures the simulated ones alone, `--nodes N` another size of the cluster.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
MLN = [sys.executable, "-m", "mlnlang_manager.main"]
SIZES = (2, 20, 60)
MANY = 1000
SIM = """\
global {{ project p{0}; autoenum {{ superclass node; numhosts {0}; hostprefix n }} }}
superclass node {{ uml; template t.ext4; memory 64M; network eth0 {{ switch lan }} }}
switch lan {{ uml }}
"""
#: Listing 6, but for the template, the back end, and a switch of its own in place of other servers.
CLUSTER = """\
global {{
    project cluster
    autoenum {{
        superclass cluster-node
        numhosts {0}
        address auto
        addresses_begin 150
        net 128.39.73.0
    }}
    $gateway_ip = 128.39.73.1
}}
superclass cluster-node {{
    uml
    template busybox.ext4
    memory 312M
    free_space 1G
    network eth0 {{
        switch lan
        netmask 255.255.255.0
        gateway $gateway_ip
    }}
}}
switch lan {{ uml }}
"""


class Row(NamedTuple):
    """What was measured."""

    what: str
    command: str
    seconds: float
    limit: str = ""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sim", action="store_true", help="the simulated hypervisor alone")
    options.add_argument("--nodes", type=int, default=36, metavar="N", help="nodes of the cluster (default: 36)")
    given = options.parse_args()
    # Short: a socket's path has no more than 107 bytes.
    with tempfile.TemporaryDirectory(prefix="mln-bench.") as folder:
        home = Home(folder)
        rows = simulated(home)
        if not given.sim:
            rows += pair(home) + cluster(home, given.nodes)
        show(rows)


class Home:
    """A home directory in which `mln` runs."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        dropped = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "MLN_IMAGES", "MLN_RUN")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        self.environment = {**kept, "HOME": folder, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}

    def run(self, *words: str, sim: bool = False, codes: tuple[int, ...] = (0,)) -> tuple[float, str]:
        """Run `mln`; returns the seconds and the output."""
        more = {"MLN_DRIVER": "sim", "MLN_SIM": '{"speed": 0}'} if sim else {}
        begun = time.perf_counter()
        done = subprocess.run(
            [*MLN, *words],
            cwd=self.folder,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        took = time.perf_counter() - begun
        if done.returncode not in codes:
            sys.exit(f"mln {' '.join(words)}: {done.stderr}")
        return took, done.stdout

    def write(self, name: str, text: str) -> str:
        """Write a project's file."""
        (self.folder / name).write_text(text)
        return name


def simulated(home: Home) -> list[Row]:
    """What `mln` itself takes."""
    rows = []
    for size in (*SIZES, MANY):
        file = home.write(f"p{size}.mln", SIM.format(size))
        for words in (("build", "-f", file), ("start", f"p{size}", "-j", "2"), ("stop", f"p{size}")):
            took, _ = home.run(*words, sim=True)
            each = f"{1000 * took / size:.0f} ms a host"
            rows.append(Row(f"simulated, {size} hosts", f"mln {' '.join(words)}", took, each))
    took, _ = home.run("status", f"p{MANY}", sim=True, codes=(1,))
    rows.append(Row(f"simulated, {MANY} hosts", f"mln status p{MANY}", took, "must: < 1 s"))
    took, _ = home.run("plan", "-f", f"p{MANY}.mln", sim=True)
    rows.append(Row(f"simulated, {MANY} hosts, no change", f"mln plan -f p{MANY}.mln", took, "must: < 1 s"))
    return rows


def pair(home: Home) -> list[Row]:
    """Two machines, from nothing to a ping."""
    took, _ = home.run("templates", "build", "busybox")
    rows = [Row("busybox template", "mln templates build busybox", took)]
    begun = time.perf_counter()
    built, _ = home.run("build", "-f", str(ROOT / "examples" / "ping.mln"))
    started, _ = home.run("start", "ping")
    while "bob reached alice" not in home.run("logs", "-p", "ping", "-h", "bob", "--console", "-n", "200")[1]:
        time.sleep(0.1)
    total = time.perf_counter() - begun
    stopped, _ = home.run("stop", "ping")
    home.run("remove", "ping", "--yes")
    rows += [
        Row("two UML machines", "mln build -f ping.mln", built),
        Row("two UML machines", "mln start ping", started),
        Row("two UML machines, to the ping", "build, start, ping", total, "must: < 10 s"),
        Row("two UML machines", "mln stop ping", stopped),
    ]
    return rows


def cluster(home: Home, nodes: int) -> list[Row]:
    """The article's cluster."""
    file = home.write("cluster.mln", CLUSTER.format(nodes))
    rows = []
    for words, limit in (
        (("build", "-f", file), "must: < 15 s"),
        (("build", "-f", file), "nothing to do"),
        (("start", "cluster"), "must: < 90 s"),
        (("status", "cluster"), ""),
        (("stop", "cluster"), ""),
        (("remove", "cluster", "--yes"), ""),
    ):
        took, _ = home.run(*words)
        rows.append(Row(f"{nodes} UML machines", f"mln {' '.join(words)}", took, limit))
    processes, paths = left_over(home)
    rows.append(Row(f"{nodes} UML machines", "left over", 0.0, f"{processes} processes, {paths} files (must: none)"))
    return rows


def left_over(home: Home) -> tuple[int, int]:
    """Processes of machines and switches that work in the home, and files of projects."""
    found = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace")
                place = os.readlink(entry / "cwd")
            except OSError:
                continue
            found += str(home.folder) in words or (place.startswith(str(home.folder)) and "mln_speed" not in words)
    simulated_ones = {f"p{size}" for size in (*SIZES, MANY)}
    kept = [path for path in (home.folder / "mln" / "projects").iterdir() if path.name not in simulated_ones]
    return found, len(kept)


def show(rows: list[Row]) -> None:
    """A table."""
    table = Table(title=f"mln, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    for name in ("what", "command", "seconds", ""):
        table.add_column(name, justify="right" if name == "seconds" else "left", no_wrap=True)
    for row in rows:
        table.add_row(row.what, row.command, f"{row.seconds:.2f}", row.limit)
    Console(width=130).print(table)
    out = Path(__file__).parent / "out"
    out.mkdir(exist_ok=True)
    (out / "mln.json").write_text(json.dumps([row._asdict() for row in rows], indent=1) + "\n")


if __name__ == "__main__":
    main()
