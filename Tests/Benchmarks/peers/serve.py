"""Actuary beside llama-server over HTTP, on one shape at 4 bits with made-up weights; started by `llama_cpp.sh --serve`.

Each server in turn gets the same load from `actuary bench serve`: streams of short questions side by side, first
undisturbed, then while prompts of about 8,000 tokens arrive one after the other. The client runs on the same cores.
"""

import argparse
import contextlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import make_gguf
import measure

WORDS = 24
START_SECONDS = 300


class Server:
    """A server on a free port for the length of a `with`; its greatest resident memory is `peak`."""

    def __init__(self, side, command, port, environment=None):
        self.side = side
        self.url = f"http://127.0.0.1:{port}"
        self.log = tempfile.TemporaryFile("w+")
        command = [str(part) for part in command]
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, env={**os.environ, **(environment or {})}
        )

    def __enter__(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                    if answer.status == 200:
                        return self
            time.sleep(0.2)
        self.log.seek(0)
        tail = "\n".join(self.log.read().splitlines()[-12:])
        self.__exit__()
        raise SystemExit(f"The {self.side} server did not start:\n{tail}")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def peak(self):
        """The greatest resident memory so far, bytes."""
        status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{self.process.pid}/status").open())
        return int(status["VmHWM"].split()[0]) * 1024


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ours(options, folder):
    """Starts Actuary with a packed model, which is made if it is not there."""
    model = folder / "made-up-int4.packed"
    if not model.exists():
        measure.say(f"Making {model}")
        fixtures = measure.ROOT / "Tests/Fixtures"
        with tempfile.TemporaryDirectory(dir=folder) as small:
            small = pathlib.Path(small)
            (small / "config.json").write_text((folder / "config.json").read_text())
            (small / "tokenizer.json").symlink_to(fixtures / "tokenizer/large/tokenizer.json")
            (small / "chat_template.jinja").symlink_to(fixtures / "templates/nemotron-nano-9b-v2.jinja")
            measure.run([options.actuary, "model", "pack", small, "--weights", "int4", "--made-up", "-o", model])
    port = free_port()
    command = [options.actuary, "serve", "--model", model, "--port", port, "--threads", options.threads]
    command += ["--max-model-len", options.context, "--max-sequences", options.slots]
    cache = max(options.context, options.slots * options.context // 4)
    return Server("ours", command, port, {"ACTUARY_ENGINE_KV_CACHE_TOKENS": str(cache)})


def theirs(options, folder, shape):
    """Starts llama-server with a GGUF file, which is made if it is not there."""
    model = folder / "random-q4_0.gguf"
    if not model.exists():
        measure.say(f"Making {model}")
        make_gguf.write(shape, "q4_0", model)
    port = free_port()
    program = options.llama_server
    if program is None:
        import libllama

        program = libllama.Tools().binary("llama-server")
    command = [program, "-m", model, "--host", "127.0.0.1", "--port", port, "-t", options.threads]
    command += ["-np", options.slots, "-c", options.slots * options.context, *options.peer_arguments.split()]
    return Server("theirs", command, port)


def load(options, server, streams, arriving_words):
    """One measurement of `actuary bench serve`."""
    with tempfile.TemporaryDirectory() as folder:
        result = pathlib.Path(folder) / "result.json"
        command = [options.actuary, "bench", "serve", "--url", server.url, "--concurrency", streams, "--json", result]
        command += ["--duration", options.duration, "--prompt-words", WORDS, "--max-tokens", options.tokens or 32]
        measure.run(command + ["--arriving-words", arriving_words])
        return measure.json_lines(result.read_text())[0]


def samples(options, server):
    """All numbers of streams, undisturbed and then disturbed."""
    words, rows = None, []
    for arriving in (False, True):
        for streams in options.streams_disturbed if arriving else options.streams:
            line = load(options, server, streams, words if arriving else 0)
            words = words or round(options.arriving * line["requests"] * WORDS / line["prompt_tokens"])
            times = {"ttft": line["time_to_first_token"], "gap": line["gap"]}
            row = {"side": server.side, "streams": streams, "arriving": arriving, "rss_bytes": server.peak}
            row["tokens_per_second"] = line["tokens_per_second"]
            row |= {f"{name}_{part}": time[part] for name, time in times.items() for part in ("p50", "p99", "max")}
            rows.append(row)
            # Said at once, for the other side may fail.
            measure.say("  " + json.dumps(row))
    return rows


def medians(rows):
    """One row for each case: the medians of all rounds; memory is the greatest."""
    cases = {}
    for row in rows:
        cases.setdefault((row["arriving"], row["streams"], row["side"]), []).append(row)
    for (arriving, streams, side), group in sorted(cases.items()):
        result = {"arriving": arriving, "streams": streams, "side": side, "rounds": len(group)}
        for key in group[0].keys() - result.keys():
            result[key] = statistics.median(row[key] for row in group)
        yield result | {"rss_bytes": max(row["rss_bytes"] for row in group)}


def show(rows, options):
    """Prints the table, and writes the rows where --json says."""
    times = ["ttft_p50", "ttft_p99", "gap_p50", "gap_p99", "gap_max"]
    print("  ".join(f"{name:>9}" for name in ["arriving", "streams", "side", "tokens/s", *times, "RSS GB"]))
    for row in rows:
        cells = ["yes" if row["arriving"] else "no", row["streams"], row["side"], f"{row['tokens_per_second']:.1f}"]
        cells += [f"{row[name] * 1000:.0f}" for name in times] + [f"{row['rss_bytes'] / 1e9:.2f}"]
        print("  ".join(f"{cell:>9}" for cell in cells))
    print("times in milliseconds")
    if options.json:
        pathlib.Path(options.json).write_text("".join(json.dumps(row) + "\n" for row in rows))


def numbers(text):
    """Numbers with commas between them."""
    return [int(part) for part in text.split(",") if part]


def main():
    """Measures in rounds, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    measure.add_arguments(parser)
    parser.add_argument("--streams", type=numbers, default=[1, 2, 4, 8, 16])
    parser.add_argument("--streams-disturbed", type=numbers, default=[1, 4, 8, 16])
    parser.add_argument("--arriving", type=int, default=8000, help="tokens of each arriving prompt, about")
    parser.add_argument("--duration", type=float, default=10, help="seconds of each measurement")
    parser.add_argument("--context", type=int, default=9216, help="tokens of a context")
    parser.add_argument("--slots", type=int, default=16, help="sequences at a time")
    parser.add_argument("--sides", default="ours,theirs", help="which servers, in this order; every other round turns it")
    parser.add_argument("--llama-server", help="a program in place of the package's")
    parser.add_argument("--peer-arguments", default="", help="more arguments of llama-server")
    options = parser.parse_args()
    _, shape, folder = measure.shape_files(options)
    servers = {"ours": lambda: ours(options, folder), "theirs": lambda: theirs(options, folder, shape)}
    sides = ["theirs"] if options.only_peer else options.sides.split(",")
    if set(sides) - set(servers):
        parser.error("--sides takes ours and theirs")
    rows = []
    for index in range(options.rounds):
        measure.say(f"Round {index + 1} of {options.rounds}")
        for side in sides if index % 2 == 0 else reversed(sides):
            with servers[side]() as server:
                rows += samples(options, server)
    show(list(medians(rows)), options)


if __name__ == "__main__":
    main()
