#!/bin/sh
# install.sh DIR: DIR/node_modules as DIR/package-lock.json says. No package's own install script runs but esbuild's,
# which only puts its program in place.
set -eu

cd "$1"
if cmp -s package-lock.json node_modules/.installed; then
    exit 0
fi
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
if [ -f node_modules/esbuild/install.js ]; then
    node node_modules/esbuild/install.js
fi
cp package-lock.json node_modules/.installed
