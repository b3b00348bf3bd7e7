#!/usr/bin/env bash
# What the browser tests need from the system: Chromium and a font with Chinese characters. Only ever installs where
# that is possible without asking (root on a Debian system); elsewhere it says what is missing and goes on.
set -euo pipefail

missing=()
if [ -z "${CHROMIUM:-}" ] && ! command -v chromium >/dev/null; then missing+=(chromium); fi
if ! fc-list 2>/dev/null | grep -qi 'noto.*cjk'; then missing+=(fonts-noto-cjk); fi
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq </dev/null
  apt-get install -y -qq --no-install-recommends "${missing[@]}" fontconfig </dev/null >/dev/null
else
  echo "please install: ${missing[*]} (or set CHROMIUM to a browser's path); the browser tests need them" >&2
fi
