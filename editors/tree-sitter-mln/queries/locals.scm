; Names of blocks, variables, and what points at them.
(source_file) @local.scope
(body) @local.scope

(definition name: (variable) @local.definition)
(word (variable) @local.reference)
(string (variable) @local.reference)
