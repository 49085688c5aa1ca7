"""Where `mln` keeps its own things: a folder in the project's, readable by its owner only."""

from __future__ import annotations

import os

STATE = ".mln"
BUILT = "built.json"
JOURNAL = "journal.jsonl"
LOCK = "lock"
LOG = "log"
RUNNING = "running"


def state_folder(project_folder: str) -> str:
    """`<project>/.mln`, made where it is missing."""
    folder = os.path.join(project_folder, STATE)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder


def log_file(log_folder: str, subject: str) -> str:
    """The log of `host NAME` or `switch NAME`."""
    return os.path.join(log_folder, subject.replace(" ", "-", 1) + ".log")


def write_whole(path: str, text: str, mode: int = 0o600) -> None:
    """Replace a file at once: whoever reads it, after a power cut too, finds the old text or the new."""
    part = f"{path}.{os.getpid()}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        if os.path.lexists(part):
            os.unlink(part)
        raise
