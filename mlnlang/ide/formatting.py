"""Formatting: the formatter's text as one small edit; of a range, and of a line while it is typed."""

from __future__ import annotations

from difflib import SequenceMatcher

from mlnlang.diagnostics import Edit
from mlnlang.format import INDENT, format_text
from mlnlang.source import SourceFile, Span
from mlnlang.syntax import RawLine, SyntaxTree


def formatting(file: SourceFile, raw_blocks: frozenset[str]) -> Edit | None:
    """The edit that formats a file; None where there is nothing to do, or its errors make it unsafe."""
    text, problems = format_text(file.text, file.path, raw_blocks)
    if text == file.text or any(problem.is_error for problem in problems):
        return None
    return difference(file, text)


def difference(file: SourceFile, text: str) -> Edit:
    """What differs between a file's text and another one, as one edit of whole lines."""
    old, new = file.text.splitlines(keepends=True), text.splitlines(keepends=True)
    room = min(len(old), len(new))
    head = next((at for at in range(room) if old[at] != new[at]), room)
    tail = next((at for at in range(room - head) if old[-1 - at] != new[-1 - at]), room - head)
    start = sum(map(len, old[:head]))
    end = len(file.text) - sum(map(len, old[len(old) - tail :]))
    return Edit(Span(file, start, end), "".join(new[head : len(new) - tail]))


def range_formatting(file: SourceFile, raw_blocks: frozenset[str], start: int, end: int) -> list[Edit]:
    """The edits that formatting the whole file would make, of those that lie within a range of whole lines."""
    whole = formatting(file, raw_blocks)
    if whole is None:
        return []
    first = file.text.rfind("\n", 0, start) + 1
    last = file.text.find("\n", max(start, end - 1))
    last = len(file.text) if last < 0 else last + 1
    return [edit for edit in _pieces(whole) if first <= edit.span.start and edit.span.end <= last]


def _pieces(edit: Edit) -> list[Edit]:
    """An edit of many lines as one edit for each run of lines that differ."""
    file, at = edit.span.file, edit.span.start
    old, new = edit.span.text.splitlines(keepends=True), edit.text.splitlines(keepends=True)
    starts = [at]
    for line in old:
        starts.append(starts[-1] + len(line))
    found = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=len(old) > 2000).get_opcodes():
        if tag == "equal":
            continue
        if tag == "replace" and i2 - i1 == j2 - j1:  # line by line, so that a range may take some of them
            found += [
                Edit(Span(file, starts[i1 + n], starts[i1 + n + 1]), new[j1 + n])
                for n in range(i2 - i1)
                if old[i1 + n] != new[j1 + n]
            ]
        else:
            found.append(Edit(Span(file, starts[i1], starts[i2]), "".join(new[j1:j2])))
    return found


def typed_formatting(tree: SyntaxTree, offset: int) -> Edit | None:
    """The indentation of the line at an offset, after a `}` or a line end was typed; good in unfinished files too."""
    text = tree.file.text
    line = text.rfind("\n", 0, offset) + 1
    end = line
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    level = 0
    for token in tree.tokens:
        if token.start >= line:
            break
        if token.end > line or (isinstance(token, RawLine) and _joins(text, line)):
            return None  # the line goes on with what stands above
        if token.type == "OPEN":
            level += 1
        elif token.type == "CLOSE" and token.end > token.start:
            level -= 1
    blank = text[end : end + 1] in ("", "\n", "\r")
    if _in_raw(tree, line) and not blank and text[end] != "}":
        return None  # what a shell line has beyond the others belongs to it
    level -= text[end : end + 1] == "}"
    wanted = INDENT * max(0, level)
    return Edit(Span(tree.file, line, end), wanted) if text[line:end] != wanted else None


def _joins(text: str, line: int) -> bool:
    return text[max(0, line - 3) : line].rstrip("\r\n").endswith("\\")


def _in_raw(tree: SyntaxTree, offset: int) -> bool:
    """Whether an offset is among raw lines."""
    before = after = None
    for token in tree.tokens:
        if token.start < offset:
            before = token
        else:
            after = token
            break
    return isinstance(before, RawLine) or isinstance(after, RawLine)
