"""How fast `mlnc check` tells what is wrong, beside `netlab create -o none` on equal networks: `make bench`.

netlab (PyPI: networklab) is put into a virtual environment of its own below bench/out. Its topologies name the same
hosts, addresses, memory and segments, and go through its whole transformation and validation; nothing is written. It
reads one topology in one run: 60 small projects are 60 runs, and for comparison one topology of as many nodes. Figures
are seconds of CPU (user and system) above that of a bare `python -c pass` for each process, the best of some runs
(netlab's long ones: of one).

`--quick` leaves out the sizes that take minutes.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from compile_speed import MLNC, Cost, best
from faults import faults
from projects import project, topology
from rich.console import Console
from rich.table import Table

SMALL = (60, 2)
SIZES = (1000, 10_000)
#: What must be reached, in seconds of CPU above a bare interpreter.
LIMITS = {SMALL[0] * SMALL[1]: 0.5, 1000: 1.0, 10_000: 8.0}
#: Seconds of CPU after which a run is given up.
PATIENCE = 300
OUT = Path(__file__).parent / "out"


class Row(NamedTuple):
    """What was measured: hosts in all, processes, their cost, and whether they came to an end."""

    what: str
    hosts: int
    tool: str
    processes: int
    cost: Cost
    ended: bool = True


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help=f"leave out {SIZES[1]} hosts, and netlab's {SIZES[0]}")
    options.add_argument("--runs", type=int, default=3, help="runs of each, of which the best counts (default: 3)")
    options.add_argument("--no-netlab", action="store_true", help="measure mlnc alone")
    given = options.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    netlab = None if given.no_netlab else installed()
    with tempfile.TemporaryDirectory(dir=OUT) as folder:
        os.chdir(folder)
        console = Console(width=118)
        bare = best([sys.executable, "-c", "pass"], given.runs * 3)
        rows = [*ours(given.runs, given.quick), *(theirs(netlab, given.runs, given.quick) if netlab else [])]
        show(console, rows, bare)
        show_faults(console, netlab)


def installed() -> Path:
    """netlab's command, installed if it is not there."""
    place = OUT / "netlab"
    command = place / "bin" / "netlab"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        pip = [place / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "networklab"]
        subprocess.run(pip, check=True)
    return command


# ---------------------------------------------------------------- speed
def ours(runs: int, quick: bool) -> list[Row]:
    """The costs of `mlnc check`."""
    count, hosts = SMALL
    files = [Path(f"small{at}.mln") for at in range(count)]
    for at, file in enumerate(files):
        file.write_text(project(hosts, f"p{at}", at))
    check = [MLNC, "check", "--no-config"]
    rows = [Row(f"{count} projects of {hosts}", count * hosts, "mlnc check", 1, best([*check, *files], runs))]
    for size in SIZES[:1] if quick else SIZES:
        file = Path(f"bench{size}.mln")
        file.write_text(project(size))
        rows.append(Row("one project", size, "mlnc check", 1, best([*check, file], runs)))
    return rows


def theirs(netlab: Path, runs: int, quick: bool) -> list[Row]:
    """The costs of `netlab create -o none`."""
    count, hosts = SMALL
    files = [Path(f"small{at}.yml") for at in range(count)]
    for at, file in enumerate(files):
        file.write_text(topology(hosts, at))
    rows = [Row(f"{count} topologies of {hosts}", count * hosts, "netlab", count, *together(netlab, files))]
    for size in (count * hosts, *(() if quick else SIZES)):
        file = Path(f"bench{size}.yml")
        file.write_text(topology(size))
        tries = [bounded([netlab, "create", "-o", "none", file]) for _ in range(runs if size < SIZES[0] else 1)]
        rows.append(Row("one topology", size, "netlab", 1, *min(tries, key=lambda tried: tried[0].cpu)))
    return rows


def together(netlab: Path, files: Sequence[Path]) -> tuple[Cost, bool]:
    """One run after the other: times add up, memory is the largest."""
    tries = [bounded([netlab, "create", "-o", "none", file]) for file in files]
    costs = [cost for cost, _ in tries]
    total = Cost(sum(c.wall for c in costs), sum(c.cpu for c in costs), max(c.memory for c in costs))
    return total, all(ended for _, ended in tries)


def bounded(command: Sequence[str | Path]) -> tuple[Cost, bool]:
    """The cost of a command, and whether it came to an end in time. SystemExit if it fails: nothing was measured."""
    start = perf_counter()
    with tempfile.TemporaryFile() as said:
        # The limit is on the process's own time, whatever else the machine does.
        words = ["sh", "-c", f'ulimit -t {PATIENCE}; exec "$@"', "sh", *(str(part) for part in command)]
        process = subprocess.Popen(words, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ended = process.returncode not in (-signal.SIGXCPU, -signal.SIGKILL)
        if process.returncode and ended:
            said.seek(0)
            raise SystemExit(f"{command}: {said.read().decode()}")
    return Cost(perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), ended


def show(console: Console, rows: Sequence[Row], bare: Cost) -> None:
    """Print the table; growth is from the row above of the same tool, which has fewer hosts in one run."""
    table = Table(title=f"mlnc check and netlab create -o none (given up after {PATIENCE} s of CPU)")
    for column in ("what", "hosts", "tool", "CPU s above bare", "limit", "wall s", "peak MiB", "growth"):
        table.add_column(column, justify="left" if column in ("what", "tool") else "right")
    before: dict[str, Row] = {}
    for row in rows:
        limit = f"< {LIMITS[row.hosts]}" if row.tool != "netlab" else ""
        more = "" if row.ended else "> "
        cpu = seconds(row, bare)
        last, growth = before.get(row.tool), ""
        if last and row.hosts > last.hosts:
            growth = f"{more}×{cpu / seconds(last, bare):.1f} for ×{row.hosts / last.hosts:.1f}"
        table.add_row(row.what, str(row.hosts), row.tool, f"{more}{cpu:.2f}", limit,
                      f"{more}{row.cost.wall:.2f}", f"{more}{row.cost.memory:.0f}", growth)  # fmt: skip
        before[row.tool] = row
    console.print(table)


def seconds(row: Row, bare: Cost) -> float:
    """CPU time above that of as many bare interpreters."""
    return row.cost.cpu - bare.cpu * row.processes


# ---------------------------------------------------------------- what is found
def show_faults(console: Console, netlab: Path | None) -> None:
    """Print what each tool says of networks that can't work."""
    table = Table(title="what is said of networks that can't work", show_lines=True)
    for column in ("fault", "netlab create -o none", "mlnc check"):
        table.add_column(column)
    for at, fault in enumerate(faults()):
        Path(f"fault{at}.mln").write_text(fault.project)
        Path(f"fault{at}.yml").write_text(fault.topology)
        said = answer([netlab, "create", "-o", "none", f"fault{at}.yml"]) if netlab else "not asked"
        own = answer([MLNC, "check", "--no-config", "-q", f"fault{at}.mln"])
        # Only the messages: the places and excerpts would fill the page.
        messages = [line for line in own.splitlines() if re.search(r"\[MLN\d{3} |^exit", line)]
        table.add_row(fault.title, said, "\n".join(messages))
    console.print(table, markup=False)


def answer(command: Sequence[str | Path]) -> str:
    """All that a command says, and its exit code."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    return f"exit {done.returncode}\n{done.stdout}{done.stderr}".strip() + (
        "" if done.stdout + done.stderr else ", silent"
    )


if __name__ == "__main__":
    main()
