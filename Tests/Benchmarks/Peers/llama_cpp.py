"""Runs Actuary and llama.cpp on the same shape in turns, and prints the rates side by side.

Shared hosts change their memory rate within minutes, so each round measures both, and medians are compared.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

WEIGHTS = {"int4": "Q4_0", "int8": "Q8_0"}


def lines(command: list[str], environment: dict | None = None) -> list[dict]:
    """The JSON objects that a command prints, one a line."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed with {done.returncode}:\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


class Ours:
    """`actuary bench`."""

    def __init__(self, arguments):
        self.arguments = arguments

    def run(self, phase: str, weights: str, *more: str) -> list[dict]:
        a = self.arguments
        path = os.path.join(a.work, "actuary.jsonl")
        command = [a.actuary, "bench", phase, "--shape", a.shape, "--weights", weights, "--depth", "0"]
        command += ["--threads", str(a.threads), "--rounds", "1", "--json", path, *more]
        lines(command)
        with open(path) as file:
            return [json.loads(line) for line in file]

    def decode(self, weights: str) -> dict:
        results = self.run("decode", weights, "--batch", self.arguments.batch, "--tokens", "8")
        return {result["batch"]: result for result in results}

    def prefill(self, weights: str) -> dict:
        return self.run("prefill", weights, "--tokens", "512")[0]


class Theirs:
    """llama.cpp's own benchmarks."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.environment = dict(os.environ, LD_LIBRARY_PATH=arguments.llama)

    def model(self, weights: str) -> str:
        return os.path.join(self.arguments.work, f"{self.arguments.shape}-{WEIGHTS[weights]}.gguf")

    def decode(self, weights: str) -> dict:
        a = self.arguments
        command = [os.path.join(a.llama, "llama-batched-bench"), "-m", self.model(weights), "-t", str(a.threads)]
        command += ["-c", "4096", "-npp", "1", "-ntg", "8", "-npl", a.batch, "--output-format", "jsonl"]
        return {result["pl"]: result["speed_tg"] for result in lines(command, self.environment)}

    def prefill(self, weights: str) -> float:
        a = self.arguments
        command = [os.path.join(a.llama, "llama-bench"), "-m", self.model(weights), "-t", str(a.threads)]
        command += ["-p", "512", "-n", "0", "-r", "1", "-o", "jsonl"]
        return lines(command, self.environment)[0]["avg_ts"]


def measure(arguments) -> list[dict]:
    """All rounds; one row for each phase, format and batch."""
    ours, theirs = Ours(arguments), Theirs(arguments)
    samples: dict = {}

    def note(phase, weights, batch, our_result, their_rate):
        entry = samples.setdefault((phase, weights, batch), [])
        entry.append((our_result["tokens_per_second"], their_rate, our_result["limit_tokens_per_second"]))

    for number in range(arguments.rounds):
        for weights in arguments.weights.split(","):
            print(f"round {number + 1}: {weights}", file=sys.stderr)
            their_decode, our_decode = theirs.decode(weights), ours.decode(weights)
            for batch, result in our_decode.items():
                note("decode", weights, batch, result, their_decode[batch])
            note("prefill", weights, 1, ours.prefill(weights), theirs.prefill(weights))
    rows = []
    for (phase, weights, batch), entries in samples.items():
        our_rate, their_rate, limit = (statistics.median(column) for column in zip(*entries))
        row = {"shape": arguments.shape, "phase": phase, "weights": weights, "batch": batch, "ours": our_rate}
        row |= {"llama_cpp": their_rate, "ratio": our_rate / their_rate, "limit": limit}
        row |= {"our_fraction": our_rate / limit, "their_fraction": their_rate / limit}
        rows.append(row)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actuary", required=True)
    parser.add_argument("--llama", required=True, help="the folder of llama.cpp's programs")
    parser.add_argument("--work", required=True)
    parser.add_argument("--shape", default="nemotron-nano-9b-v2")
    parser.add_argument("--weights", default="int4,int8")
    parser.add_argument("--batch", default="1,8,16")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json")
    arguments = parser.parse_args()
    rows = measure(arguments)
    print(f"{arguments.shape}, {arguments.threads} threads, median of {arguments.rounds} rounds, tokens/s")
    print(f"{'phase':8} {'weights':8} {'batch':>5} {'ours':>9} {'llama.cpp':>9} {'ratio':>6}  of our limit, ours and theirs")
    for row in rows:
        print(
            f"{row['phase']:8} {row['weights']:8} {row['batch']:5} {row['ours']:9.1f} {row['llama_cpp']:9.1f} "
            f"{row['ratio']:6.2f}  {row['our_fraction']:.2f} {row['their_fraction']:.2f}"
        )
    if arguments.json:
        with open(arguments.json, "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


if __name__ == "__main__":
    main()
