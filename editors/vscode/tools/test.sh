#!/bin/sh
# test.sh: the extension's light tests: types, finding the server, manifest, grammar. Without npm they are skipped,
# and fail where MLN_REQUIRE_ALL=1 says that nothing may be skipped.
set -eu

cd "$(dirname "$0")/.."
if ! command -v npm >/dev/null; then
    echo "extension: its tests need Node.js 18 or newer, with npm" >&2
    [ "${MLN_REQUIRE_ALL:-}" != 1 ]
    exit
fi
sh tools/install.sh .
npm run --silent check
npm test --silent
npm run --silent test:grammar
npm run --silent build
