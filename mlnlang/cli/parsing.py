"""An argument parser that says what a misspelt command or choice probably meant."""

from __future__ import annotations

import argparse
import re
from typing import NoReturn

_CHOICE = re.compile(r"(?P<where>.*)invalid choice: '(?P<word>[^']*)' \(choose from (?P<known>.*)\)", re.DOTALL)


#: So many choices are named even where one of them is near.
FEW = 8


class Parser(argparse.ArgumentParser):
    """argparse's, with near matches; its subparsers are of the same kind."""

    def error(self, message: str) -> NoReturn:
        """Tell what is wrong, and end with 2."""
        found = _CHOICE.fullmatch(message)
        if found:
            from mlnlang.diagnostics import did_you_mean

            known = re.findall(r"'([^']*)'", found["known"])
            hint = did_you_mean(found["word"], known)
            listed = f"there are {', '.join(known)}"
            if hint:
                listed = f"{hint} ({listed})" if len(known) <= FEW else hint
            message = f"{found['where']}there is no `{found['word']}`: {listed}"
        super().error(message)
