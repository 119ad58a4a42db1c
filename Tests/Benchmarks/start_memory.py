"""How long `actuary serve` takes from its start to its first answer with a packed file, how much memory it then has, and
how fast one stream is.

    python Tests/Benchmarks/start_memory.py FILE.packed [--rounds N]

The first round may read the file from disk; the others find it in the page cache. Nothing but Python's own library.
"""

import argparse
import json
import os
import pathlib
import subprocess
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


def ask(port, tokens):
    """Sends a question; returns the seconds to the first piece of the answer, to the end, and the tokens sampled."""
    body = {
        "model": "default",
        "messages": [{"role": "user", "content": "3 + 4 = /no_think"}],
        "max_tokens": tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models") as answer:
        body["model"] = json.load(answer)["data"][0]["id"]
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    start, first, usage = time.monotonic(), None, None
    with urllib.request.urlopen(request) as stream:
        for line in stream:
            if line.startswith(b"data: {"):
                event = json.loads(line[6:])
                usage = event.get("usage") or usage
                if any(choice["delta"].get("content") for choice in event["choices"]):
                    first = first or time.monotonic() - start
    return first or time.monotonic() - start, time.monotonic() - start, usage["completion_tokens"]


def measure(options):
    """One life of a server."""
    command = [options.actuary, "serve", "--model", options.file, "--port", "0", "--max-sequences", "1"]
    start = time.monotonic()
    server = subprocess.Popen(
        [*map(str, command), "--max-model-len", "2048"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        line = next((line for line in server.stdout if "listening on" in line), None)
        if line is None:
            raise SystemExit(f"The server ended with status {server.wait()}.")
        ready = time.monotonic() - start
        threading.Thread(target=server.stdout.read, daemon=True).start()
        port = int(line.split("listening on")[1].split('"')[0].strip().rsplit(":", 1)[1].rstrip("/ \n"))
        first, whole, tokens = ask(port, 64)
        status = dict(line.split(":", 1) for line in open(f"/proc/{server.pid}/status"))
        resident = int(status["VmRSS"].split()[0]) * 1024
    finally:
        server.terminate()
        server.wait()
    size = os.path.getsize(options.file)
    rate = (tokens - 1) / (whole - first) if tokens > 1 else float("nan")
    print(
        f"listening after {ready:.2f} s, first token {first:.2f} s later, {rate:.1f} tokens/s, "
        f"RSS {resident / 1e9:.2f} GB = {resident / size:.3f} of the file"
    )


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--actuary", default=os.environ.get("ACTUARY_BINARY", ROOT / ".build/release/actuary"))
    options = parser.parse_args()
    for _ in range(options.rounds):
        measure(options)


if __name__ == "__main__":
    main()
