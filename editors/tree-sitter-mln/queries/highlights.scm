; Colours, in the capture names of Helix; those of Neovim are in editors/nvim/queries/mln.
; No word gets two colours from two patterns, and none is captured for a predicate alone: editors differ in which wins.

(comment) @comment
["{" "}"] @punctuation.bracket
";" @punctuation.delimiter
"=" @operator
"#include" @keyword.control.import
(path) @string.special.path

; Headers. Groups are blocks that are named by the user, with users in them.
(block name: (word) @type)
(source_file (block keyword: (word) @keyword))
((block keyword: (word) @keyword.block body: (body (block keyword: (word) @keyword)))
  (#not-eq? @keyword.block "groups"))
((block keyword: (word) @keyword)
  (#eq? @keyword "groups"))
((block keyword: (word) @keyword body: (body (block keyword: (word) @type body: (body (item keyword: (word) @variable.parameter)))))
  (#eq? @keyword "groups"))
(raw_block keyword: (word) @keyword)

; Items: keywords, but in lists of users, files and so on the first word is what the line is about.
((source_file (item keyword: (word) @variable.other.member))
  (#not-match? @variable.other.member "^([.][.][.]|…)$"))
((source_file (block keyword: (word) @keyword body: (body (item keyword: (word) @variable.other.member))))
  (#not-match? @keyword "^(files|groups|include|managed_users|modules|mount|service_hosts|sshkey|users|volumes?)$")
  (#not-match? @variable.other.member "^([.][.][.]|…)$"))
((block keyword: (word) @keyword.block body: (body (block keyword: (word) @keyword body: (body (item keyword: (word) @variable.other.member)))))
  (#not-eq? @keyword.block "groups")
  (#not-match? @keyword "^(files|groups|include|managed_users|modules|mount|service_hosts|sshkey|users|volumes?)$")
  (#not-match? @variable.other.member "^([.][.][.]|…)$"))
((block keyword: (word) @keyword body: (body (item keyword: (word) @variable.parameter)))
  (#any-of? @keyword "files" "groups" "include" "managed_users" "modules" "mount" "service_hosts" "sshkey" "users" "volume" "volumes")
  (#not-match? @variable.parameter "^([.][.][.]|…)$"))
((item keyword: (word) @diagnostic.error)
  (#any-of? @diagnostic.error "..." "…"))

; Values that tell by themselves what they are.
((item keyword: (word) @variable.other.member value: (word) @type)
  (#any-of? @variable.other.member "superclass" "switch" "service_host" "location"))
((item value: (word) @constant.builtin.boolean)
  (#any-of? @constant.builtin.boolean "yes" "no" "on" "off" "true" "false"))
((item value: (word) @constant.builtin)
  (#any-of? @constant.builtin "dhcp" "auto" "external"))
((item value: (word) @constant.numeric)
  (#match? @constant.numeric "^-?[0-9]+([KMGT](i?B)?)?$"))
((item value: (word) @constant.numeric)
  (#match? @constant.numeric "^[0-9]+([.][0-9*]+)+(/[0-9]+)?$"))
((item value: (word) @constant.numeric)
  (#match? @constant.numeric "^[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*(/[0-9]+)?$"))

; Parts of words.
(definition name: (variable) @constant)
(string) @string
(raw_string) @string
(escape) @constant.character.escape
(word (variable) @constant)
(string (variable) @constant)
