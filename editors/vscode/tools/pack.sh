#!/bin/sh
# pack.sh PYTHON OUTDIR: OUTDIR/mln-<version>.vsix, with the server inside.
set -eu

python=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
sh tools/install.sh .
sh tools/install.sh pack
sh tools/bundle.sh "$python"
cp ../../LICENSE LICENSE
version=$(node -p 'require("./package.json").version')
pack/node_modules/.bin/vsce package --no-dependencies --allow-missing-repository --out "$out/mln-$version.vsix"
