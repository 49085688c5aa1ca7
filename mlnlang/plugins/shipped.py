"""The plugins that come with the language. A new one is one module and one line here (and in pyproject.toml)."""

from mlnlang.plugins import apache, autoenum, extra, hostsfile, postfix, sshkey

SHIPPED = (autoenum.PLUGIN, apache.PLUGIN, sshkey.PLUGIN, hostsfile.PLUGIN, postfix.PLUGIN, extra.PLUGIN)
