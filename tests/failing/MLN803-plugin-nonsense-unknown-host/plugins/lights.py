from mlnlang.plugins import Changes, Plugin


def expand(project):
    return Changes(kernel_extra={'nobody': 'quiet'})


PLUGIN = Plugin(name='lights', expand=expand)
