"""Hooks of a project: scripts of the author's that run around start and stop."""

from __future__ import annotations

import os
import shutil

from mlnlang_manager.drivers.protocol import DriverError, Progress
from mlnlang_manager.engine import processes
from mlnlang_manager.engine.opened import Opened
from mlnlang_manager.engine.paths import RUNNING, log_file


def run_hook(work: Opened, path: str, progress: Progress) -> None:
    """Run a hook as the compiled scripts do: in the server's folder, by bash where there is one. Raises DriverError."""
    name = os.path.basename(path).removesuffix(".sh")
    server = os.path.basename(os.path.dirname(os.path.dirname(path)))
    place = work.place(server)
    os.makedirs(work.log_folder, mode=0o700, exist_ok=True)
    log = log_file(work.log_folder, f"hook {name}")
    environment = {
        **os.environ,
        **work.settings.environment,
        "MLN_PROJECT": work.name,
        "MLN_IMAGES": place.images,
        "MLN_RUN": place.run,
    }
    progress(f"hook {name}")
    shell = shutil.which("bash") or "/bin/sh"
    marks = os.path.join(work.state_folder, RUNNING)
    code, text = processes.run([shell, path], log, environment, folder=place.folder, marks=marks)
    if code:
        last = next((line for line in reversed(text.splitlines()) if line.strip()), "")
        raise DriverError(f"hook {name} ended with {code}" + (f": {last}" if last else ""), log=log)
