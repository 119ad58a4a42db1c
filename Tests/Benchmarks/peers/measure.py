"""What the comparisons share: running Actuary's benchmark, medians, the table and the JSON file."""

import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

from shapes import Shape

ROOT = pathlib.Path(__file__).resolve().parents[3]


def add_arguments(parser):
    """Options that every comparison has."""
    parser.add_argument("--shape", default="1b", help="a name that `actuary bench --shape` knows")
    parser.add_argument("--config", help="a config.json in place of the one that Actuary prints for the shape")
    parser.add_argument("--models", required=True, help="folder for generated models")
    parser.add_argument("--actuary", default=os.environ.get("ACTUARY_BINARY", ROOT / ".build/release/actuary"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, help="decoded tokens of each sequence")
    parser.add_argument("--only-peer", action="store_true", help="leave Actuary out")
    parser.add_argument("--json", help="file for the results")


def run(command):
    """Runs a command to its end; returns its output and its greatest resident memory in bytes."""
    command = [str(part) for part in command]
    with tempfile.TemporaryFile("w+") as error:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=error, text=True)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        error.seek(0)
        errors = error.read()
    if process.returncode:
        tail = "\n".join((output + errors).strip().splitlines()[-12:])
        raise SystemExit(f"{' '.join(command)} ended with status {process.returncode}:\n{tail}")
    return output, usage.ru_maxrss * 1024


def json_lines(text):
    """The JSON objects among the lines of a text; numbers that are none become null."""
    lines = (line for line in text.splitlines() if line.startswith("{"))
    return [json.loads(re.sub(r"(?<=[ :])-?(nan|inf)\b", "null", line)) for line in lines]


def say(text):
    """Progress, beside the results."""
    print(text, file=sys.stderr, flush=True)


def shape_files(options):
    """The shape's name, its sizes, and a folder for its models, which has the config.json."""
    name = options.shape
    if options.config:
        name = pathlib.Path(options.config).name.removesuffix(".json").removesuffix(".config")
    if not (options.config and options.only_peer) and not os.access(options.actuary, os.X_OK):
        raise SystemExit(
            f"There is no program {options.actuary}: build it with 'swift build -c release', name another with --actuary, "
            "or give --config and --only-peer."
        )
    if options.config:
        try:
            text = pathlib.Path(options.config).read_text()
            config = json.loads(text)
        except (OSError, ValueError) as error:
            raise SystemExit(f"--config cannot be read: {error}")
    else:
        text, _ = run([options.actuary, "bench", "decode", "--shape", options.shape, "--print-config"])
        config = json.loads(text)
    folder = pathlib.Path(options.models) / name
    path = folder / "config.json"
    if path.exists() and json.loads(path.read_text()) != config:
        raise SystemExit(f"{folder} holds models of another shape: remove it, or choose another --work.")
    shape = Shape(config, options.config or name)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return name, shape, folder


def ours(options, phase, weights, batches, tokens):
    """One round of Actuary's own benchmark: samples with speed, share of the limit, and memory."""
    with tempfile.TemporaryDirectory() as folder:
        result = pathlib.Path(folder) / "result.json"
        command = [options.actuary, "bench", phase, "--shape", options.config or options.shape, "--weights", weights]
        command += ["--tokens", tokens, "--threads", options.threads, "--rounds", 1, "--json", result]
        if phase == "decode":
            command += ["--batch", ",".join(map(str, batches)), "--depth", 0]
        run(command)
        return [sample("ours", weights, line) for line in json_lines(result.read_text())]


def sample(side, weights, line):
    """One measurement, by the names of Actuary's JSON."""
    kept = ("phase", "batch", "tokens_per_second", "limit_tokens_per_second", "rss_bytes")
    return {"side": side, "weights": weights, **{key: line[key] for key in kept if key in line}}


def summary(rounds):
    """One row for each case: medians of both sides, and the median of the ratios within the rounds.

    Each element of `rounds` holds the samples of one round. A peer that has several figures for a case in a round gets
    the best. The share of the limit is that of the limit which Actuary saw in the same round.
    """
    cases = {}
    for samples in rounds:
        best = {}
        for one in samples:
            key = (one["phase"], one["weights"], one["batch"])
            pair = best.setdefault(key, {})
            if one["side"] not in pair or pair[one["side"]]["tokens_per_second"] < one["tokens_per_second"]:
                pair[one["side"]] = one
        for key, pair in best.items():
            cases.setdefault(key, []).append(pair)
    rows = []
    for (phase, weights, batch), pairs in sorted(cases.items()):
        row = {"phase": phase, "weights": weights, "batch": batch, "rounds": len(pairs)}
        for side in ("ours", "theirs"):
            speeds = [pair[side]["tokens_per_second"] for pair in pairs if side in pair]
            if speeds:
                row[side] = statistics.median(speeds)
                row[f"{side}_rounds"] = speeds
                row[f"{side}_rss_bytes"] = max(pair[side].get("rss_bytes", 0) for pair in pairs if side in pair)
            shares = [
                pair[side]["tokens_per_second"] / pair["ours"]["limit_tokens_per_second"]
                for pair in pairs
                if side in pair and "ours" in pair
            ]
            if shares:
                row[f"{side}_of_limit"] = statistics.median(shares)
        ratios = [
            pair["ours"]["tokens_per_second"] / pair["theirs"]["tokens_per_second"] for pair in pairs if len(pair) == 2
        ]
        if ratios:
            row["ratio"] = statistics.median(ratios)
            row["ratio_rounds"] = ratios
        rows.append(row)
    return rows


def show(rows, peer, details, options):
    """Prints the table, and writes the rows where --json says."""

    def number(row, key, form):
        return format(row[key], form) if key in row else "-"

    head = ["phase", "weights", "batch", "ours t/s", f"{peer} t/s", "ratio", "(rounds)", "ours of limit"]
    table = [head + [f"{peer} of limit"]]
    for row in rows:
        ratios = row.get("ratio_rounds")
        table.append(
            [
                row["phase"],
                row["weights"],
                str(row["batch"]),
                number(row, "ours", ".1f"),
                number(row, "theirs", ".1f"),
                number(row, "ratio", ".2f"),
                f"{min(ratios):.2f}-{max(ratios):.2f}" if ratios else "-",
                number(row, "ours_of_limit", ".0%"),
                number(row, "theirs_of_limit", ".0%"),
            ]
        )
    widths = [max(len(line[column]) for line in table) for column in range(len(head) + 1)]
    print(details)
    for line in table:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths)))
    if options.json:
        pathlib.Path(options.json).write_text("".join(json.dumps(row) + "\n" for row in rows))
