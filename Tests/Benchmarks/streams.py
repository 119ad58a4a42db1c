"""Tokens per second of a running server at several numbers of concurrent streams.

    .build/release/actuary serve & python3 Tests/Benchmarks/streams.py [URL]

Each stream asks one question after the other; tokens are those the server reports. The rounds are interleaved, and the
median of each number of streams is printed with its ratio to one stream.
"""

import http.client
import json
import statistics
import sys
import threading
import time
import urllib.parse

URL = urllib.parse.urlsplit(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080")
STREAMS = [1, 4, 16]
ROUNDS = 5
SECONDS = 4


def ask(connection, number):
    """Streams one answer and returns its completion tokens."""
    body = {
        "messages": [{"role": "user", "content": f"Compute {11 + number % 89}*{12 + number * 7 % 88}"}],
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
    tokens = 0
    for line in connection.getresponse():
        if line.startswith(b"data: {") and b'"choices":[]' in line:
            tokens = json.loads(line[6:])["usage"]["completion_tokens"]
    return tokens


def measure(streams):
    """Tokens per second over all streams together."""
    totals = [0] * streams
    end = time.monotonic() + SECONDS

    def run(index):
        connection = http.client.HTTPConnection(URL.hostname, URL.port)
        number = index
        while time.monotonic() < end:
            totals[index] += ask(connection, number)
            number += streams
        connection.close()

    started = time.monotonic()
    threads = [threading.Thread(target=run, args=(index,)) for index in range(streams)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(totals) / (time.monotonic() - started)


def main():
    rates = {streams: [] for streams in STREAMS}
    measure(1)
    for _ in range(ROUNDS):
        for streams in STREAMS:
            rates[streams].append(measure(streams))
    one = statistics.median(rates[STREAMS[0]])
    for streams in STREAMS:
        rate = statistics.median(rates[streams])
        spread = f"{min(rates[streams]):.0f} to {max(rates[streams]):.0f}"
        print(f"{streams:3} streams  {rate:7.0f} tokens/s  ({spread})  {rate / one:.2f} x one stream")


if __name__ == "__main__":
    main()
