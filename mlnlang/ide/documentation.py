"""What is told of a proposal once somebody looks at it."""

from __future__ import annotations

from collections.abc import Sequence

from mlnlang.diagnostics.catalogue import BY_SLUG
from mlnlang.ide.describing import Support, describe, describe_rule, no_support
from mlnlang.ide.scene import Scene
from mlnlang.ide.summaries import Link, place, summary_of

_FIXED = {
    "include": "`#include PATH`: the items of the file stand here as if they were written here. "
    "A relative path starts beside this file.",
    "allow": "`# mln: allow(RULE, RULE) reason` lets problems pass: behind a line those of the line "
    "(of the whole block where it opens one), on a line of its own those of the next item.",
}


def documentation(scene: Scene, subject: Sequence[str], link: Link = place, support: Support = no_support) -> str:
    """The text in Markdown for a proposal's `subject`; empty where there is nothing more to tell."""
    match tuple(subject):
        case ("keyword", context, name):
            row = scene.workspace.schema.keywords_in(context).get(name)
            return describe(row, support) if row else ""
        case ("block", context, name):
            block = scene.workspace.schema.blocks_in(context).get(name)
            return describe(block, support) if block else ""
        case ("rule", slug) if slug in BY_SLUG:
            return describe_rule(BY_SLUG[slug])
        case (("superclass" | "switch" | "server" | "host") as kind, name):
            return summary_of(scene, kind, name, link)
        case (word,):
            return _FIXED.get(word, "")
    return ""
