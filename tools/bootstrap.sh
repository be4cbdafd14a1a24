#!/bin/sh
# Make .venv from a plain Python, with uv of the locked version in it; uv does the rest. Called by the Makefile.
set -eu

fail() {
    printf '\n%s\n\n' "$1" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in python3 python3.11 python3.12 python3.13 python3.14; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11 or later is needed, and none is on the PATH. Debian, Ubuntu: apt install python3 python3-venv"
}

python=$(find_python)
if ! is_new_enough .venv/bin/python; then
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "$python cannot make virtual environments. Debian, Ubuntu: apt install python3-venv"
    "$python" -m venv --clear .venv
fi

uv=$(sed -n '/^name = "uv"$/{n;s/^version = "\(.*\)"$/\1/p;}' uv.lock)
.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv"
