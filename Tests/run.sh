#!/usr/bin/env bash
# Installs what is missing, builds Actuary, and runs every test. CI runs this on a clean clone.
#
#   Tests/run.sh
#   Tests/run.sh --sanitize     # instead: what is concurrent or reads from clients, with the sanitizers (half an hour)
#
# Needs Swift 6.3, git, and access to Debian's packages and PyPI. Installs a linker and C library to build with, the
# libraries that Swift's Foundation is linked to, and a Python virtual environment (.venv-tests) with the client
# libraries that are tested.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
step() { printf '\n== %s (after %d s)\n' "$1" $((SECONDS - started)); }

step "Installing what is missing"
Config/install.sh g++ libc6-dev libcurl4 libpq-dev libsqlite3-dev libssl-dev libxml2 zlib1g-dev
Config/install.sh curl haproxy libfaketime mmdebstrap openssl postgresql prometheus python3 python3-venv
# A C library, a linker and an emulator for ARM: only Tests/Kernels/neon.sh needs them.
Config/install.sh gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
if ! [ -x .venv-tests/bin/python ]; then python3 -m venv .venv-tests; fi
echo "PyPI: $(grep -v '^#' Tests/Clients/requirements.txt | tr '\n' ' ')"
.venv-tests/bin/pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --no-compile \
    --requirement Tests/Clients/requirements.lock

if [ "${1:-}" = --sanitize ]; then
    # The end of the process, when leaks would be looked for, is not in the hands of the tests.
    export ASAN_OPTIONS=detect_leaks=0
    mkdir -p .build-thread
    clang -shared -fPIC -O1 -o .build-thread/mutex.so Tests/Sanitizers/mutex.c -ldl
    for sanitizer in thread address; do
        step "Swift tests with the $sanitizer sanitizer"
        swift build --build-tests --sanitize "$sanitizer" --scratch-path ".build-$sanitizer"
        if [ "$sanitizer" = thread ]; then export LD_PRELOAD=$PWD/.build-thread/mutex.so; fi
        swift test --skip-build --sanitize "$sanitizer" --scratch-path ".build-$sanitizer" --no-parallel \
            --filter '^(HTTPServer|Gateway|Billing|Telemetry)Tests\.'
        unset LD_PRELOAD
    done
    exit
fi

step "Format"
swift format lint --strict --recursive --configuration .swift-format Package.swift Sources Tests

step "Swift tests"
swift build --build-tests
Tests/postgres.sh run swift test --skip-build --skip '^HTTPServerTests\.'
# These block in sockets, so on two cores they would take the threads that the other tests run on.
swift test --skip-build --no-parallel --filter '^HTTPServerTests\.'

step "Fuzzing of what reads from clients, a minute for each target"
Tests/Fuzz/run.sh 60

step "Release build, as the Dockerfile has it"
swift build --configuration release --static-swift-stdlib
binaries=$(swift build --configuration release --show-bin-path)
export ACTUARY_BINARY=$binaries/actuary
export TEMPLATE_RUNNER=$binaries/TemplateRunner

step "ARM's kernels against the scalar ones, emulated"
Tests/Kernels/neon.sh

step "Templates against Python's jinja2"
TEMPLATE_CASES=0.25 .venv-tests/bin/python -m pytest -q -p no:cacheprovider Tests/Differential

step "Tokenizer against Hugging Face's, one thread, 1 MB"
.venv-tests/bin/python Tests/Benchmarks/tokenizer.py --rounds 3

step "Clients against running servers"
.venv-tests/bin/python -m pytest -q -p no:cacheprovider --durations=5 -rs Tests/Clients

step "README examples"
.venv-tests/bin/python Tests/Clients/readme_examples.py

step "The Dockerfile's steps, and a server in what comes of them"
python3 -B Tests/Container/check_image.py

step "Done"
