"""Source text, and where things stand in it."""

from mlnlang.source.text import Position, SourceFile, Span, decode

__all__ = ["Position", "SourceFile", "Span", "decode"]
