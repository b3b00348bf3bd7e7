#!/usr/bin/env bash
# Installs one lock (hashes checked) and this project, editable, into .venv. Uses uv where it is present, else pip.
set -euo pipefail
cd "$(dirname "$0")/.."

lock=$1
if command -v uv >/dev/null; then
  echo "installing $lock with uv"
  uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"
  uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
else
  echo "installing $lock with pip (a minute or two the first time)"
  pip() { .venv/bin/python -m pip --disable-pip-version-check --quiet --no-input "$@"; }
  # Compiling every module at once costs more than the modules that a run imports.
  pip install --no-compile --require-hashes -r "$lock"
  pip install --no-compile --no-deps --no-build-isolation -e .
fi
