#!/bin/sh
# Prints the command of a Python 3.11+ that can make virtual environments, or says on stderr what to install.
# The usual `python3` comes first: it is the one that its owner looks after.

usable() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python3.14 python; do
    if usable "$candidate"; then
        echo "$candidate"
        exit 0
    fi
done

echo "Threeseven needs Python 3.11 or newer with its venv module, and none of python3, python3.11 … 3.14 is one." >&2
echo "Debian/Ubuntu: sudo apt-get install python3 python3-venv · macOS: brew install python · or: make PYTHON=/path/to/python" >&2
exit 1
