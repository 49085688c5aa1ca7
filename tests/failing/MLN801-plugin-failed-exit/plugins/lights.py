from mlnlang.plugins import Changes, Plugin


def expand(project):
    raise SystemExit(3)


PLUGIN = Plugin(name='lights', expand=expand)
