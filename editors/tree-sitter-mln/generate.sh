#!/bin/sh
# Makes src/parser.c and what goes with it from grammar.js; needs tree-sitter (0.26 made what is here) and Node.js.
# ABI 14 is what Neovim 0.7 to 0.12 and Helix load. The checksum lets a test see that grammar.js was changed since.
set -eu
cd "$(dirname "$0")"
"${TREE_SITTER:-tree-sitter}" generate --abi 14
sha256sum grammar.js > src/grammar.sha256
