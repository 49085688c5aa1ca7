"""Other people's descriptions of machines, made into a project: libvirt XML, .vmx, xl.cfg, containerlab.

Every file becomes a tree of settings (`tree.py`); a reader for each format says of each setting what becomes of it;
what the back end would write by itself is found by letting it write; the rest is lost, and reported.
"""

from mlnlang_codegen.importers.detect import KINDS
from mlnlang_codegen.importers.importing import Imported, bring_in

__all__ = ["KINDS", "Imported", "bring_in"]
