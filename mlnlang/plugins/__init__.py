"""Plugins: pure functions from a resolved project to changes (language, section 8)."""

from mlnlang.plugins.api import Changes, HostDraft, Plugin, ProjectView

__all__ = ["Changes", "HostDraft", "Plugin", "ProjectView"]
