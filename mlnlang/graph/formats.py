"""The formats by name, and which endings of files stand for which."""

from __future__ import annotations

from mlnlang.graph.model import Picture

FORMATS = ("svg", "dot", "mermaid", "json")
ENDINGS = {".svg": "svg", ".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid", ".json": "json"}


def written(picture: Picture, format: str) -> str:
    """The picture in a format of `FORMATS`. Raises layered.LayoutMissing for those that need positions."""
    if format == "dot":
        from mlnlang.graph.dot import dot

        return dot(picture)
    if format == "mermaid":
        from mlnlang.graph.mermaid import mermaid

        return mermaid(picture)
    from mlnlang.graph.placing import drawing

    drawn = drawing(picture)
    if format == "json":
        import json

        from mlnlang.graph.as_json import document

        return json.dumps(document(drawn), indent=1, ensure_ascii=False) + "\n"
    from mlnlang.graph.svg import svg

    return svg(drawn)
