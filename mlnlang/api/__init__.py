"""The way in: CLI, editor and manager compile projects through `Compilation` and nothing else."""

from mlnlang.api.compilation import Checked, Compilation, Options

__all__ = ["Checked", "Compilation", "Options"]
