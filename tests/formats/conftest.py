"""What the tests of the formats share."""

from __future__ import annotations

from cli.conftest import mlnc

__all__ = ["mlnc"]
