from mlnlang.plugins import Changes, Plugin


def expand(project):
    raise ValueError('no lamp')


PLUGIN = Plugin(name='lights', expand=expand)
