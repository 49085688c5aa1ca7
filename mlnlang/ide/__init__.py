"""What an editor asks about projects, in terms of files, offsets and spans. Knows no editor protocol."""

from mlnlang.ide.workspace import Workspace
from mlnlang.ide.worlds import Superseded

__all__ = ["Superseded", "Workspace"]
