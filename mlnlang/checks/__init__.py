"""What no single line shows: whether a network can work, told from the IR of one project or of many together.

A check is a function over a `Site` and a row of the catalogue. It knows no text, only the places that values came from.
"""

from mlnlang.checks.running import check

__all__ = ["check"]
