; The outline that editors make without a language server.
((block keyword: (word) @_kind name: (word) @name) @definition.class
  (#any-of? @_kind "host" "superclass" "switch" "server"))
((item keyword: (word) @_kind value: (word) @name) @reference.class
  (#any-of? @_kind "superclass" "switch" "service_host" "location"))
