"""What an editor asks about projects, in terms of files, offsets and spans. Knows no editor protocol."""

from mlnlang.ide.workspace import Superseded, Workspace

__all__ = ["Superseded", "Workspace"]
