"""What of a project is built: its IR, and for each host whether its disks are made."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from mlnlang.ir import Project
from mlnlang_manager.engine.journal import Run
from mlnlang_manager.engine.loading import load
from mlnlang_manager.engine.paths import BUILT, STATE, state_folder, write_whole
from mlnlang_manager.reporting import Failure

VERSION = 1
#: The mark of a host whose disks are made.
MADE = "built"


@dataclass(slots=True)
class Built:
    """The IR that machines were built from, `host NAME` → mark, and the project's file, where it is known."""

    project: Project
    marks: dict[str, str] = field(default_factory=dict)
    file: str = ""

    def learn(self, run: Run) -> None:
        """Take over what a run has done: steps are called `PHASE host NAME`."""
        for step in run.done:
            phase, _, subject = step.partition(" ")
            if phase == "build" and subject.startswith("host "):
                self.marks[subject] = MADE
            elif phase == "remove":
                self.marks.pop(subject, None)


def read_built(project_folder: str) -> Built | None:
    """What `built.json` says; None where there is none. Raises Failure."""
    path = os.path.join(project_folder, STATE, BUILT)
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        if document["version"] != VERSION:
            raise Failure(f"{path} is of version {document['version']}, which this mln does not know")
        marks = {str(k): str(v) for k, v in document["marks"].items()}
        return Built(load(document["ir"]), marks, str(document.get("file", "")))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Failure(f"{path} can't be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failure(f"{path} is damaged: {error}", "mln build writes it anew once it is out of the way") from None


def write_built(project_folder: str, built: Built) -> None:
    """Write `built.json`, all of it or nothing. Raises OSError."""
    from mlnlang.ir.as_json import document

    content: Mapping[str, object] = {
        "version": VERSION,
        "file": built.file,
        "ir": document(built.project),
        "marks": dict(sorted(built.marks.items())),
    }
    write_whole(os.path.join(state_folder(project_folder), BUILT), json.dumps(content, ensure_ascii=False) + "\n")
