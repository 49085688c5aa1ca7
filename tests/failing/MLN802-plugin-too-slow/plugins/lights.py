from mlnlang.plugins import Changes, Plugin


def expand(project):
    while True:
        pass


PLUGIN = Plugin(name='lights', expand=expand)
