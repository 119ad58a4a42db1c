"""A client that does not read on: its stream rests, others do not notice, and it is closed at a limit."""

import contextlib
import json
import socket
import time

import pytest
from conftest import MODEL, Server
from test_engine import metrics, total

# Much more than the buffers of a connection hold: about 2 KB for each token.
BODY = {
    "model": MODEL, "messages": [{"role": "user", "content": "What is 348 + 275?"}], "temperature": 0, "ignore_eos": True,
    "n": 4, "max_completion_tokens": 1500, "logprobs": True, "top_logprobs": 20, "stream": True,
    "stream_options": {"include_usage": True},
}  # fmt: skip


@contextlib.contextmanager
def stream(server):
    """A connection whose response has begun and of which nothing else has been read."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        body = json.dumps(BODY).encode()
        head = "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n"
        connection.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        assert connection.recv(16, socket.MSG_WAITALL) == b"HTTP/1.1 200 OK\r"
        yield connection


def wait_until_it_rests(http):
    """Until the engine has computed nothing for a while, though nothing has ended."""
    deadline = time.monotonic() + 60
    last = None
    while (steps := total(metrics(http), "actuary_engine_steps_total")) != last or steps == 0:
        assert time.monotonic() < deadline, "the stream does not rest"
        last = steps
        time.sleep(0.5)
    return steps


def test_a_stream_that_is_not_read_rests_and_then_comes_to_its_end():
    with Server() as server, server.http() as http, stream(server) as connection:
        assert 0 < wait_until_it_rests(http) < 1500, "it rests before its end"
        other = {**BODY, "n": 1, "max_completion_tokens": 20, "stream": False, "stream_options": None}
        assert http.post("/v1/chat/completions", json=other).json()["usage"]["completion_tokens"] == 20
        rest = b"".join(iter(lambda: connection.recv(1 << 20), b""))
        usage = next(line for line in reversed(rest.split(b"\n")) if b'"completion_tokens"' in line)
        assert json.loads(usage[6:])["usage"]["completion_tokens"] == 4 * 1500
        assert b"data: [DONE]" in rest[-100:]


def test_a_reader_that_does_not_catch_up_is_closed_and_pays_for_what_was_sampled():
    with Server(environment={"ACTUARY_SERVER_WRITE_TIMEOUT": "1"}) as server, server.http() as http:
        with stream(server) as connection:
            deadline = time.monotonic() + 60
            limit = 'actuary_http_limits_reached_total{limit="write_time"}'
            while not metrics(http).get(limit):
                assert time.monotonic() < deadline, "the reader is waited for without end"
                time.sleep(0.1)
            with pytest.raises(ConnectionResetError):
                while connection.recv(1 << 20):
                    pass
        [row] = http.get("/v1/usage").json()["data"]
        assert 0 < row["completion_tokens"] < 4 * 1500
