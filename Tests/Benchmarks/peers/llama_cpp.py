"""Actuary beside llama.cpp on one shape, in turns; started by `llama_cpp.sh`.

llama.cpp is measured by its own tools: `llama-bench` reads a prompt of 512 tokens and decodes one sequence,
`llama-batched-bench` decodes 1, 8 and 16 sequences from an empty context. One sequence counts at the better of both.
"""

import argparse

import libllama
import make_gguf
import measure

BATCHES = [1, 8, 16]
PROMPT = 512
PAIRS = {"int4": "q4_0", "int8": "q8_0"}


def bench(tools, model, tokens, options):
    """Speed of a prompt and of one sequence by llama-bench."""
    command = [tools.binary("llama-bench"), "-m", model, "-p", PROMPT, "-n", tokens, "-r", 1, "-t", options.threads]
    output, memory = measure.run(command + ["-o", "jsonl"])
    for line in measure.json_lines(output):
        phase = "prefill" if line["n_prompt"] else "decode"
        yield {"phase": phase, "batch": 1, "tokens_per_second": line["avg_ts"], "rss_bytes": memory}


def batched_bench(tools, model, tokens, options):
    """Speed of several sequences by llama-batched-bench."""
    command = [tools.binary("llama-batched-bench"), "-m", model, "-t", options.threads, "-npp", 0, "-ntg", tokens]
    command += ["-c", max(BATCHES) * max(tokens, 256), "-npl", ",".join(map(str, BATCHES)), "--output-format", "jsonl"]
    output, memory = measure.run(command)
    lines = measure.json_lines(output)
    if len(lines) != len(BATCHES):
        raise SystemExit(f"llama-batched-bench gave {len(lines)} results where {len(BATCHES)} were asked for:\n{output}")
    for line in lines:
        speed = line["speed_tg"]
        yield {"phase": "decode", "batch": line["pl"], "tokens_per_second": speed, "rss_bytes": memory}


def one_round(tools, models, tokens, options, theirs_first):
    """Every case once on both sides: a piece of one side is followed at once by the same piece of the other."""
    samples = []
    for weights, model in models.items():
        pieces = {
            "prefill": lambda: bench(tools, model, tokens, options),
            "decode": lambda: batched_bench(tools, model, tokens, options),
        }
        for phase, theirs in pieces.items():
            for side in ("theirs", "ours") if theirs_first else ("ours", "theirs"):
                if side == "theirs":
                    samples += [measure.sample("theirs", weights, line) for line in theirs()]
                elif not options.only_peer:
                    count = tokens if phase == "decode" else PROMPT
                    samples += measure.ours(options, phase, weights, BATCHES, count)
            measure.say(f"  {weights} {phase} done")
    return samples


def main():
    """Makes the models, measures in rounds, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    measure.add_arguments(parser)
    parser.add_argument("--weights", default="int4,int8", help="of int4 (beside Q4_0) and int8 (beside Q8_0)")
    options = parser.parse_args()
    formats = options.weights.split(",")
    if set(formats) - set(PAIRS):
        parser.error(f"--weights takes {', '.join(PAIRS)}, not {options.weights}")
    tools = libllama.Tools()
    name, shape, folder = measure.shape_files(options)
    models = {}
    for weights in formats:
        models[weights] = folder / f"random-{PAIRS[weights]}.gguf"
        if not models[weights].exists():
            measure.say(f"Making {models[weights]}")
            make_gguf.write(shape, PAIRS[weights], models[weights])
    tokens = options.tokens or (64 if shape.parameter_count < 3e9 else 16)
    rounds = []
    for index in range(options.rounds):
        measure.say(f"Round {index + 1} of {options.rounds}")
        rounds.append(one_round(tools, models, tokens, options, theirs_first=index % 2 == 0))
    details = f"{name}, {options.threads} threads, {tokens} tokens, llama.cpp of {tools.version}, gguf {libllama.package_version('gguf')}"
    measure.show(measure.summary(rounds), "llama.cpp", details, options)


if __name__ == "__main__":
    main()
