#!/usr/bin/env bash
# Installs one lock (hashes checked) and this project, editable, into .venv. Uses uv where it is present, else pip.
set -euo pipefail
cd "$(dirname "$0")/.."

lock=$1
with_uv() {
  command -v uv >/dev/null || return 1
  echo "installing $lock with uv"
  uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock" &&
    uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
}

with_pip() {
  echo "installing $lock with pip"
  # Compiling every module at once costs more than the modules that a run imports.
  .venv/bin/python -m pip --disable-pip-version-check --quiet --no-input install --no-compile --require-hashes -r "$lock"
  .venv/bin/python -m pip --disable-pip-version-check --quiet --no-input install --no-compile --no-deps \
    --no-build-isolation -e .
}

# uv trusts its own list of certificates; behind a company's proxy pip may get through where it does not.
with_uv || with_pip
