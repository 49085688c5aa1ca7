; Raw lines are for a shell, but for those of xen_extra.
((raw_block
  keyword: (word) @_block
  body: (raw_body (script) @injection.content))
  (#not-eq? @_block "xen_extra")
  (#set! injection.include-children)
  (#set! injection.language "bash"))
