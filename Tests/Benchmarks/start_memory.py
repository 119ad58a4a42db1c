"""How long `actuary serve` takes until it listens with a packed file, how long an answer then takes, and how much memory
the server has.

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
    """Sends a question; returns the seconds until the answer is there, and the tokens sampled."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models") as answer:
        model = json.load(answer)["data"][0]["id"]
    messages = [{"role": "user", "content": "3 + 4 = /no_think"}]
    body = {"model": model, "messages": messages, "max_tokens": tokens}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    start = time.monotonic()
    with urllib.request.urlopen(request) as answer:
        usage = json.load(answer)["usage"]
    return time.monotonic() - start, usage["completion_tokens"]


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
        seconds, tokens = ask(port, 64)
        status = dict(line.split(":", 1) for line in open(f"/proc/{server.pid}/status"))
        resident = int(status["VmRSS"].split()[0]) * 1024
    finally:
        server.terminate()
        server.wait()
    size = os.path.getsize(options.file)
    print(
        f"listening after {ready:.2f} s; {tokens} tokens in {seconds:.2f} s, their prompt included; "
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
