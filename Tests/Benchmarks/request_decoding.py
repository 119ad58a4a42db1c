"""How fast bodies of chats are decoded, and which part of the time of reading their prompts that is.

    python Tests/Benchmarks/request_decoding.py [--shape SHAPE] [--rounds N]

Decoding runs on one thread. The prompt's tokens are counted by the built-in model's tokenizer; how many of them a second
are read is measured by `actuary bench prefill`, once for the built-in model's sizes, the fastest there is, and once for
--shape. Needs release builds. Nothing but Python's own library.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EMBEDDED = ROOT / "Sources" / "actuary" / "Resources" / "actuary-embedded"
BUILD = ROOT / ".build" / "release"


def prefill_rate(shape, tokens):
    """Prompt tokens a second, all threads."""
    with tempfile.NamedTemporaryFile() as report:
        command = [os.environ.get("ACTUARY_BINARY", BUILD / "actuary"), "bench", "prefill", "--shape", str(shape)]
        command += ["--weights", "int8", "--tokens", str(tokens), "--json", report.name]
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
        return json.loads(pathlib.Path(report.name).read_text().splitlines()[0])["tokens_per_second"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", default="nemotron-nano-9b-v2")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    benchmark = os.environ.get("DECODING_BENCHMARK", BUILD / "RequestDecodingBenchmark")
    command = [str(benchmark), str(EMBEDDED / "tokenizer.json"), str(options.rounds)]
    bodies = [json.loads(line) for line in subprocess.run(command, check=True, capture_output=True).stdout.splitlines()]
    rates = {
        "built-in model": prefill_rate(EMBEDDED / "config.json", 4096),
        options.shape: prefill_rate(options.shape, 512),
    }
    for name, rate in rates.items():
        print(f"prefill, {name}: {rate:.0f} tokens/s")
    for body in bodies:
        parse, decode = (body["bytes"] / 1e6 / body[key] for key in ("parse_seconds", "decode_seconds"))
        shares = (f"{100 * body['decode_seconds'] * rate / body['tokens']:.4f} % ({name})" for name, rate in rates.items())
        print(
            f"{body['body']}, {body['bytes'] / 1e6:.1f} MB, {body['tokens']} tokens: parsed at {parse:.0f} MB/s, "
            f"decoded at {decode:.0f} MB/s; share of prefill {', '.join(shares)}"
        )


main()
