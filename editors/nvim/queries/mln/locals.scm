; Names of blocks, variables, and what points at them.
(source_file) @local.scope
(body) @local.scope

(definition name: (variable) @local.definition.var)
(word (variable) @local.reference)
(string (variable) @local.reference)
