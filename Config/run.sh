#!/usr/bin/env bash
# Installs what is missing, builds Actuary, and serves the built-in model on http://127.0.0.1:8080.
#
#   Config/run.sh [arguments of `actuary serve`]
#
# Needs Swift 6.3, git, and access to Debian's packages. Installs a linker and C library to build with, and the
# libraries that Swift's Foundation is linked to.
set -euo pipefail
cd "$(dirname "$0")/.."

Config/install.sh g++ libc6-dev libcurl4 libpq-dev libsqlite3-dev libssl-dev libxml2 zlib1g-dev
echo "Building (the first time takes some minutes) ..."
swift build --configuration release --product actuary
exec "$(swift build --configuration release --show-bin-path)/actuary" serve "$@"
