#!/usr/bin/env python3
"""Server-sent events at a rate over many streams: what arrives, how late, and the processor time that it takes.

    swift build -c release && python3 Tests/Benchmarks/event_streams.py [--streams 100] [--rates 10000] [--seconds 10]

The server keeps to one processor and the reader to another. Each event is written by itself, from a thread like the
engine's, and carries the time of its making.
"""

import argparse
import json
import os
import re
import selectors
import socket
import subprocess
import time

TIME = re.compile(rb'data: \{"time": (\d+)')


def read(port, streams):
    """Reads all streams to their ends; the delays of their events in nanoseconds."""
    selector, delays = selectors.DefaultSelector(), []
    for _ in range(streams):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(b"GET /stream HTTP/1.0\r\n\r\n")
        selector.register(connection, selectors.EVENT_READ, bytearray())
    while streams:
        for key, _ in selector.select():
            piece = key.fileobj.recv(1 << 20)
            now = time.monotonic_ns()
            # An event may come in two pieces.
            key.data.extend(piece)
            end = key.data.rfind(b"\n\n") + 1
            delays += [now - int(made) for made in TIME.findall(key.data, 0, end)]
            del key.data[:end]
            if not piece:
                selector.unregister(key.fileobj)
                streams -= 1
    return sorted(delays)


def measure(program, streams, rate, seconds):
    server = subprocess.Popen(
        [program, str(streams), str(rate), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {0}),
    )
    delays = read(int(server.stdout.readline()), streams)
    used = float(server.stdout.readline())
    assert server.wait() == 0
    sent = rate * seconds
    row = {"streams": streams, "events_per_second": rate, "arrived": len(delays), "sent": sent}
    row["processor"] = round(used / seconds, 3)
    for share in (50, 99):
        row[f"delay_p{share}_ms"] = round(delays[len(delays) * share // 100] / 1e6, 2)
    print(json.dumps(row), flush=True)
    assert len(delays) == sent


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--rates", default="10000", help="events per second over all streams, with commas between")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--program", default=".build/release/EventStreamBenchmark")
    options = parser.parse_args()
    os.sched_setaffinity(0, {os.cpu_count() - 1})
    for rate in options.rates.split(","):
        measure(options.program, options.streams, int(rate), options.seconds)


if __name__ == "__main__":
    main()
