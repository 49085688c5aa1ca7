"""How fast `mlnc` checks and compiles, and how much memory it takes: `make bench`.

Each figure is a process of its own, the best of some runs; CPU time is above that of a bare `python -c pass`.
The original's figures are those measured for it on a machine of this size (2 cores), wall time with start-up;
it wrote no file: `parse` reads a project, `build -s` simulates a build.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from projects import project
from rich.console import Console
from rich.table import Table

#: Wall seconds of the original: hosts → (parse, build -s).
ORIGINAL = {10: (0.23, 0.23), 36: (0.20, 0.38), 100: (0.18, 0.55), 300: (0.23, 1.24), 1000: (0.34, 7.0)}
#: What must be reached: hosts → CPU seconds above a bare interpreter for (check, compile).
TARGETS = {36: (None, 0.3), 1000: (0.6, 2.0)}
MLNC = Path(sys.executable).with_name("mlnc")


class Cost(NamedTuple):
    """Of one process: seconds of wall and CPU time, peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


def measure(command: Sequence[str | Path]) -> Cost:
    """Run a command to its end."""
    start = perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command}: {errors.decode()}")
    return Cost(perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(command: Sequence[str | Path], runs: int, clean: Path | None = None) -> Cost:
    """The cheapest of several runs; `clean` is removed before each."""
    costs = []
    for _ in range(runs):
        if clean:
            shutil.rmtree(clean, ignore_errors=True)
        costs.append(measure(command))
    return min(costs, key=lambda cost: cost.cpu)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--hosts", type=int, nargs="+", default=[10, 36, 100, 1000, 10_000])
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--place", help="where to write (default: bench/out beside this file)")
    given = options.parse_args()
    place = Path(given.place or Path(__file__).parent / "out").absolute()
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        show(given.hosts, given.runs, Path(folder))


def show(sizes: Sequence[int], runs: int, folder: Path) -> None:
    """Print the table of all sizes, and the start-up time."""
    bare = best([sys.executable, "-c", "pass"], runs * 3)
    version = best([MLNC, "--version"], runs * 3)
    table = Table(title="mlnc, and the original (2 cores; - : not measured)")
    for column in ("hosts", "lines", "command", "wall s", "CPU s above bare", "target", "peak MiB", "original, wall s"):
        table.add_column(column, justify="right" if column != "command" else "left")
    for hosts in sizes:
        source = folder / f"bench{hosts}.mln"
        source.write_text(project(hosts))
        lines = str(source.read_text().count("\n"))
        out = folder / "written"
        commands = {
            "check": [MLNC, "check", "--no-config", source],
            "compile": [MLNC, "compile", "--no-config", source, "-o", out],
        }
        for at, (name, command) in enumerate(commands.items()):
            cost = best(command, runs if hosts < 5000 else 1, out)
            target = TARGETS.get(hosts, (None, None))[at]
            was = ORIGINAL.get(hosts, (None, None))[at]
            table.add_row(
                str(hosts),
                lines,
                f"mlnc {name}",
                f"{cost.wall:.2f}",
                f"{cost.cpu - bare.cpu:.2f}",
                f"< {target}" if target else "",
                f"{cost.memory:.0f}",
                f"{was} ({'parse' if at == 0 else 'build -s'})" if was else "-",
            )
    console = Console(width=110)
    console.print(table)
    console.print(
        f"mlnc --version: {(version.wall - bare.wall) * 1000:.0f} ms above a bare interpreter's "
        f"{bare.wall * 1000:.0f} ms (target: < 60 ms)"
    )


if __name__ == "__main__":
    main()
