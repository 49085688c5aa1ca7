#!/bin/sh
# bundle.sh PYTHON: put a copy of this project and what it needs into bundled/, for machines without mln-lsp.
set -eu

python=$1
cd "$(dirname "$0")/.."
pip() { "$python" -m pip "$@" --quiet --no-deps; }
# native FOLDER PLATFORM: the wheel for a kind of machine; run.py finds it by the name of the folder.
native() {
    folder=bundled/native/$1
    pip install --no-compile --target "$folder" --only-binary :all: --python-version 3.11 --platform "$2" \
        --requirement tools/requirements-native.txt
}

rm -rf bundled build
pip wheel --wheel-dir build ../..
pip install --no-compile --target bundled/libs --requirement tools/requirements.txt build/*.whl
# Speed-ups for one machine's Python: each of these packages does without.
find bundled/libs \( -name '*.so' -o -name '*.pyx' -o -name '*.c' \) -delete
rm -rf bundled/libs/bin build
native linux-x86_64 manylinux2014_x86_64
native linux-aarch64 manylinux2014_aarch64
native win32 win_amd64
native darwin macosx_11_0_arm64
cp tools/run.py bundled/run.py
