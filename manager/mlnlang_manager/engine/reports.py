"""What a command says at the end of its work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlnlang_manager.engine.steps import INTERRUPTED, Outcome, Step
from mlnlang_manager.reporting import answer, say, tell


def dry(project: str, steps: Sequence[Step], as_json: bool) -> int:
    """What would be done, in order; returns the exit code."""
    shown = [step for step in steps if step.title]
    if as_json:
        answer(project=project, dry_run=True, steps=[{"subject": s.subject, "phase": s.phase} for s in shown])
        return 0
    for step in shown:
        say(f"would {step.title}")
    if not shown:
        say("would do nothing")
    return 0


def finish(project: str, steps: Sequence[Step], outcome: Outcome, as_json: bool, **more: Any) -> int:
    """The summary, or the JSON; returns the exit code."""
    if as_json:
        answer(project=project, **outcome_json(steps, outcome), **more)
    if outcome.interrupted == INTERRUPTED:
        tell("interrupted")
    if outcome.code:
        shown = [step for step in steps if step.title]
        names = list(dict.fromkeys(step.subject for step in shown if step.id in outcome.failed))
        told = f"mln: `{project}`: {len(outcome.done)} of {len(shown)} steps done"
        told += f"; failed: {', '.join(names)}" if names else ""
        tell(f"{told}; mln resume {project} goes on")
    return outcome.code


def outcome_json(steps: Sequence[Step], outcome: Outcome) -> dict[str, Any]:
    """What became of the steps."""
    known = {step.id: step for step in steps if step.title}

    def shown(name: str) -> dict[str, str]:
        return {"subject": known[name].subject, "phase": known[name].phase}

    return {
        "done": [shown(name) for name in outcome.done if name in known],
        "failed": [
            {**shown(name), "message": error.message, "hint": error.hint, "log": error.log}
            for name, error in outcome.failed.items()
        ],
        "skipped": [{**shown(name), "why": why} for name, why in outcome.skipped.items() if name in known],
        "interrupted": bool(outcome.interrupted),
    }
