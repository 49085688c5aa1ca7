"""The way in: CLI, editor and manager compile projects through `Compilation` and nothing else."""

from mlnlang.api.compilation import Checked, Compilation, Options, Survey
from mlnlang.policy.settings import Choices

__all__ = ["Checked", "Choices", "Compilation", "Options", "Survey"]
