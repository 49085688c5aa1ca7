from mlnlang.plugins import Changes, Plugin


def expand(project):
    return None


PLUGIN = Plugin(name='lights', expand=expand)
