from mlnlang.plugins import Changes, Plugin


def expand(project):
    return Changes(files={'web': ['text']})


PLUGIN = Plugin(name='lights', expand=expand)
