"""What the ledger adds to the time of a request: the same server with its ledger off, in SQLite and in PostgreSQL.

    swift build -c release --product MeterLatencyServer
    Tests/postgres.sh run python3 Tests/Benchmarks/meter_latency.py [--seconds 4] [--rounds 3] [--parallel 1,8]

Clients ask short questions, each on a connection of its own, in interleaved rounds; without PostgreSQL that row is left
out. Printed are the medians over the rounds of each round's p50 and p99, and what they are above those with the ledger off.
"""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BODY = {"messages": [{"role": "user", "content": "What is 3 + 4?"}], "max_completion_tokens": 16, "temperature": 0}


@contextlib.contextmanager
def server(program, place):
    """The address of a running server, and a key."""
    model = ROOT / "Sources/actuary/Resources/actuary-embedded"
    process = subprocess.Popen([program, model, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        url, key = process.stdout.readline().split()
        yield urllib.parse.urlsplit(url), key
    finally:
        process.stdin.close()
        process.wait(timeout=30)


def ask(connection, key):
    """The seconds of one request."""
    started = time.perf_counter()
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    connection.request("POST", "/v1/chat/completions", json.dumps(BODY), headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    return time.perf_counter() - started


def measure(address, key, parallel, seconds):
    """The p50 and p99 of all requests, in milliseconds, and how many there were."""
    times, end = [], time.monotonic() + seconds

    def run():
        connection = http.client.HTTPConnection(address.hostname, address.port)
        while time.monotonic() < end:
            times.append(ask(connection, key))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(parallel)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    return times[len(times) // 2] * 1000, times[len(times) * 99 // 100] * 1000, len(times)


def main():
    """Measures, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parallel", default="1,8")
    parser.add_argument("--server", default=ROOT / ".build/release/MeterLatencyServer")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        places = {"off": "off", "SQLite": folder, "PostgreSQL": os.environ.get("ACTUARY_TEST_POSTGRES")}
        servers = {name: stack.enter_context(server(options.server, place)) for name, place in places.items() if place}
        print("parallel      ledger  requests   p50 ms   p99 ms  added p50  added p99")
        for parallel in map(int, options.parallel.split(",")):
            rounds = {name: [] for name in servers}
            for _ in range(options.rounds):
                for name, (address, key) in servers.items():
                    rounds[name].append(measure(address, key, parallel, options.seconds))
            rows = {name: [statistics.median(part) for part in zip(*found)] for name, found in rounds.items()}
            for name, (p50, p99, count) in rows.items():
                added = p50 - rows["off"][0], p99 - rows["off"][1]
                print(f"{parallel:8}  {name:>10}  {count:8.0f}  {p50:7.2f}  {p99:7.2f}  {added[0]:9.2f}  {added[1]:9.2f}")


if __name__ == "__main__":
    main()
