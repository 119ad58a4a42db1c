#!/usr/bin/env python3
"""Requests per second and latencies of GET /health beside others, and the memory of idle connections.

    python3 Tests/Benchmarks/http_load.py [--seconds 5] [--rounds 3] [--idle 10000] [--certificate PEM --key PEM]
        [--llama-server PROGRAM --gguf FILE]

Needs wrk and nginx (Debian: wrk, nginx-light). nginx returns a text of the same length with one worker; llama-server, if
it is named, answers its own /health. They are asked in turns with Actuary, so that all see the same machine. Medians of
the rounds.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import resource
import socket
import ssl
import statistics
import subprocess
import tempfile
import time
import urllib.request

BINARY = os.environ.get("ACTUARY_BINARY", ".build/release/actuary")
NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 100000000;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {{ listen 127.0.0.1:{port}; location / {{ default_type application/json; return 200 '{{"status":"ok"}}'; }} }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_actuary(arguments):
    limits = {"ACTUARY_SERVER_MAX_CONNECTIONS_PER_ADDRESS": "20000", "ACTUARY_SERVER_MAX_CONNECTIONS": "20000"}
    limits |= {"ACTUARY_SERVER_HEAD_TIMEOUT": "600", "ACTUARY_SERVER_IDLE_TIMEOUT": "600"}
    process = subprocess.Popen(
        [BINARY, "serve", "--port", "0", "--log-level", "warning", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **limits},
    )
    return process, process.stdout.readline().removeprefix("listening on ").strip()


def start_nginx(folder):
    port = free_port()
    configuration = pathlib.Path(folder, "nginx.conf")
    configuration.write_text(NGINX.format(folder=folder, port=port))
    process = subprocess.Popen(["/usr/sbin/nginx", "-c", configuration], stderr=subprocess.DEVNULL)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process, f"http://127.0.0.1:{port}"
        except ConnectionRefusedError:
            time.sleep(0.01)


def start_llama(program, model):
    port = free_port()
    command = [program, "--model", model, "--host", "127.0.0.1", "--port", str(port), "--ctx-size", "256", "--log-disable"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        with contextlib.suppress(OSError):
            if urllib.request.urlopen(f"{url}/health").status == 200:
                return process, url
        time.sleep(0.1)
    raise SystemExit(f"{program} did not start with {model}")


def milliseconds(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


def wrk(url, connections, seconds):
    """Requests per second, the median and 99th percentile of the latency in ms, and requests that failed."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", f"{url}/health"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in text, text
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    latencies = (milliseconds(re.search(rf"^ +{p}% +(\S+)", text, re.MULTILINE)[1]) for p in (50, 99))
    return rate, *latencies, sum(map(int, errors.groups())) if errors else 0


def compare(options, urls):
    for connections in (1, 64, 1000):
        results = {name: [] for name in urls}
        for _ in range(options.rounds):
            for name, url in urls.items():
                results[name].append(wrk(url, connections, options.seconds))
        row = {"connections": connections}
        for name, values in results.items():
            rate, median, last, errors = (statistics.median(column) for column in zip(*values))
            row[name] = {"per_second": round(rate), "p50_ms": median, "p99_ms": last, "errors": round(errors)}
            assert name != "actuary" or errors == 0, row
        for name in urls.keys() - {"actuary"}:
            row[f"actuary_over_{name}"] = round(row["actuary"]["per_second"] / row[name]["per_second"], 2)
        print(json.dumps(row), flush=True)


def resident(process):
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) * 1024


def stream(url, gaps):
    """Reads a long stream and notes the time between its pieces."""
    host, port = url.removeprefix("http://").split(":")
    body = json.dumps(
        {"messages": [{"role": "user", "content": "Compute 47*36"}], "stream": True, "n": 16, "temperature": 2}
    )
    head = f"POST /v1/chat/completions HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode())
        last, text = time.perf_counter(), b""
        while piece := connection.recv(65536):
            now = time.perf_counter()
            gaps.append(now - last)
            last, text = now, (text + piece)[-100:]
        assert text.endswith(b"data: [DONE]\n\n"), text


def idle(options, process, url, context=None):
    """Memory for each connection that has had an answer and waits; and a stream's gaps before and among them."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (options.idle + 1000,) * 2)
    scheme, host, port = re.fullmatch(r"(https?)://([^:]+):(\d+)", url).groups()
    request = b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n"
    alone, among = [], []
    if context is None:
        stream(url, alone)
    before, connections = resident(process), []
    for _ in range(options.idle):
        connection = socket.create_connection((host, int(port)))
        if context is not None:
            connection = context.wrap_socket(connection, server_hostname="localhost")
        connection.sendall(request)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        connections.append(connection)
    time.sleep(0.5)
    row = {"idle": scheme, "connections": len(connections)}
    row["bytes_each"] = round((resident(process) - before) / len(connections))
    if context is None:
        stream(url, among)
        for name, gaps in (("alone", alone), ("among", among)):
            row[f"stream_gap_p99_ms_{name}"] = round(sorted(gaps)[int(len(gaps) * 0.99)] * 1000, 2)
    for connection in connections:
        connection.sendall(request)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    print(json.dumps(row), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--llama-server")
    parser.add_argument("--gguf")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        actuary, url = start_actuary([])
        nginx, nginx_url = start_nginx(folder)
        others = [nginx]
        urls = {"actuary": url, "nginx": nginx_url}
        if options.llama_server:
            llama, urls["llama_server"] = start_llama(options.llama_server, options.gguf)
            others.append(llama)
        try:
            # First, while nothing that was freed could serve instead of new memory.
            if options.idle:
                idle(options, actuary, url)
            if options.rounds:
                compare(options, urls)
        finally:
            for process in (actuary, *others):
                process.terminate()
                process.wait()
    if options.certificate and options.idle:
        secure, url = start_actuary(["--tls-cert", options.certificate, "--tls-key", options.key])
        try:
            context = ssl._create_unverified_context()
            idle(options, secure, url, context)
        finally:
            secure.terminate()


if __name__ == "__main__":
    main()
