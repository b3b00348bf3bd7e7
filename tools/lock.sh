#!/usr/bin/env bash
# Resolves the locks anew for every platform and Python that pyproject.toml allows. Hashes, but no addresses: whoever
# installs chooses where packages come from.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=$(command -v uv || echo .venv/bin/uv)
[ -x "$uv" ] || { echo "uv is needed: pip install uv" >&2; exit 1; }
compile() {
  "$uv" pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-header --no-annotate --quiet "$@"
}
compile pyproject.toml requirements/build.in -o requirements/run.lock
compile pyproject.toml requirements/build.in --group dev -c requirements/run.lock -o requirements/dev.lock
