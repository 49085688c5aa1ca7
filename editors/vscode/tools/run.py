"""Starts the extension's own copy: `python -I -S run.py mln-lsp|mlnc ARGUMENT…`.

With -I and -S neither the user's nor the system's packages are seen; what is needed lies in `libs`, which is pure
Python, and in a folder of `native` for this kind of machine, if there is one.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def folders() -> list[str]:
    """Where packages lie."""
    kind = sys.platform  # on a Mac and on Windows one folder serves all
    if kind == "linux":
        kind = f"linux-{os.uname().machine}"
    return [os.path.join(HERE, "libs"), os.path.join(HERE, "native", kind)]


if __name__ == "__main__":
    sys.path[:0] = folders()
    program = sys.argv.pop(1)
    if program == "mlnc":
        from mlnlang.cli.main import main
    else:
        from mlnlang_lsp.main import main
    sys.argv[0] = program
    sys.exit(main())
