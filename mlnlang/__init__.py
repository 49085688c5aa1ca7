"""MLN: a language for whole networks of virtual machines.

This package is the language itself. It knows no editor and no hypervisor, and only
`mlnlang.world` and `mlnlang.cli` touch files, clock, environment or processes.
"""

__version__ = "0.1.0"
