"""Compression, cross-origin requests, metrics and logs over a real connection."""

import gzip
import json
import shutil
import socket
import struct
import subprocess
import time
import zlib

import pytest
from conftest import MODEL, Server

MESSAGES = [{"role": "user", "content": "Compute 3+4"}]
BODY = {"model": MODEL, "messages": MESSAGES, "temperature": 0}


@pytest.mark.parametrize(
    ("coding", "encode"), [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_compressed_requests_are_understood(http, coding, encode):
    expected = http.post("/v1/chat/completions", json=BODY).json()["choices"]
    answer = http.post(
        "/v1/chat/completions", content=encode(json.dumps(BODY).encode()), headers={"content-encoding": coding}
    )
    assert answer.status_code == 200 and answer.json()["choices"] == expected


@pytest.mark.parametrize(
    ("coding", "content", "status", "code"),
    [
        ("gzip", gzip.compress(bytes(64 << 20)), 413, "request_body_too_large"),
        ("deflate", zlib.compress(bytes(64 << 20)), 413, "request_body_too_large"),
        ("gzip", b"not compressed", 400, "invalid_content_encoding"),
        ("gzip", gzip.compress(b"x" * 1000)[:-4], 400, "invalid_content_encoding"),
        ("br", b"x", 415, "unsupported_content_encoding"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"{}")), 415, "unsupported_content_encoding"),
    ],
)
def test_bombs_damage_and_other_codings_are_refused(http, coding, content, status, code):
    answer = http.post("/v1/chat/completions", content=content, headers={"content-encoding": coding})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_answers_and_streams_are_compressed_for_those_who_ask(http):
    plain = http.get("/metrics", headers={"accept-encoding": "identity"})
    zipped = http.get("/metrics", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers and zipped.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == zipped.headers["vary"] == "Accept-Encoding"
    assert int(zipped.headers["content-length"]) < len(plain.content) / 2
    texts = []
    for accepted in ("identity", "gzip"):
        with http.stream(
            "POST", "/v1/chat/completions", json={**BODY, "stream": True}, headers={"accept-encoding": accepted}
        ) as stream:
            assert stream.headers.get("content-encoding", "identity") == accepted
            events = [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: {")]
        texts.append("".join(choice["delta"].get("content", "") for event in events for choice in event["choices"]))
    assert texts[0] == texts[1] != ""


def test_each_event_of_a_compressed_stream_comes_at_once(server):
    """The first event can be read while the answer is still being computed."""
    host, port = server.url.removeprefix("http://").split(":")
    body = json.dumps({**BODY, "stream": True, "n": 8}).encode()
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.0\r\nAccept-Encoding: gzip\r\n"
            + f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        inflater = zlib.decompressobj(31)
        data, texts = b"", []
        while piece := connection.recv(65536):
            data += piece
            if b"\r\n\r\n" in data and not texts:
                data = data.split(b"\r\n\r\n", 1)[1]
                texts.append(b"")
            if texts:
                texts.append(texts[-1] + inflater.decompress(data))
                # Whatever has come can be read up to the end of an event.
                assert texts[-1] == b"" or texts[-1].endswith(b"\n\n")
                data = b""
        assert inflater.eof and texts[-1].endswith(b"data: [DONE]\n\n")


def test_pages_of_allowed_origins_only():
    with Server(environment={"ACTUARY_SERVER_CORS_ALLOWED_ORIGINS": "https://app.example"}) as server:
        with server.http() as http:
            wish = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,x-any"}
            for origin, is_allowed in [("https://app.example", True), ("https://evil.example", False)]:
                preflight = http.options("/v1/chat/completions", headers={"origin": origin, **wish})
                answer = http.post("/v1/chat/completions", json=BODY, headers={"origin": origin})
                refusal = http.post("/v1/chat/completions", json={}, headers={"origin": origin})
                assert (preflight.status_code, answer.status_code, refusal.status_code) == (204, 200, 400)
                for response in (preflight, answer, refusal):
                    assert (response.headers.get("access-control-allow-origin") == origin) == is_allowed
                    assert "Origin" in response.headers["vary"]
                assert ("x-any" in preflight.headers.get("access-control-allow-headers", "")) == is_allowed


def test_metrics_are_prometheus_text(http):
    http.get("/nothing-here")
    http.post("/v1/chat/completions", json=BODY)
    text = http.get("/metrics").text
    assert 'actuary_http_requests_total{route="none",method="GET",status="404"}' in text
    assert 'actuary_http_requests_total{route="/v1/chat/completions",method="POST",status="200"}' in text
    assert 'actuary_http_request_duration_seconds_bucket{route="/v1/chat/completions",le="+Inf"}' in text
    assert "/nothing-here" not in text
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("promtool (Debian: prometheus) is not installed")
    result = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True)
    # The names that Kubernetes' gateway expects have colons, which promtool dislikes; nothing else may be wrong.
    complaints = [line for line in (result.stdout + result.stderr).splitlines() if not line.startswith("vllm:")]
    assert result.returncode in (0, 3) and complaints == [], result.stdout + result.stderr


def test_secrets_and_prompts_never_reach_the_log():
    with Server("--log-level", "trace") as server:
        with server.http() as http:
            secret = "canary-7f3a"
            headers = {"authorization": f"Bearer {secret}", "x-api-key": secret, "cookie": secret}
            prompt = {**BODY, "messages": [{"role": "user", "content": secret}]}
            for path in ("/v1/chat/completions", "/tokenize", "/v1/chat/completions/render"):
                http.post(path, json=prompt, headers=headers)
                http.post(path, content=f'{{"{secret}": ', headers=headers)
                http.post(path, json={**prompt, "temperature": secret}, headers=headers)
            http.post("/v1/chat/completions", json={**prompt, "stream": True, "user": secret}, headers=headers)
            http.get(f"/v1/models?key={secret}", headers=headers)
            host, port = server.url.removeprefix("http://").split(":")
            with socket.create_connection((host, int(port)), timeout=10) as connection:
                connection.sendall(f"GET / HTTP/1.1\r\nHost: h\r\nAuthorization : {secret}\r\n\r\n".encode())
                assert connection.recv(1000).startswith(b"HTTP/1.1 400")
        server.stop()
        server.reader.join()
        entries = [json.loads(line) for line in server.log]
        assert sum(entry.get("message") == "request" for entry in entries) >= 12
        assert not any(secret in line for line in server.log)
        access = next(entry for entry in entries if entry.get("route") == "/v1/chat/completions")
        assert {"request_id", "status", "milliseconds", "route", "outcome"} <= set(access)


def engine_counts(http):
    """Steps, sampled tokens and running requests of the engine so far."""
    lines = [line.rsplit(" ", 1) for line in http.get("/metrics").text.splitlines() if not line.startswith("#")]
    return tuple(
        float(next(value for name, value in lines if name.startswith(wanted)))
        for wanted in ("actuary_engine_steps_total", "vllm:generation_tokens_total", "vllm:num_requests_running")
    )


def send_to_reset(server, body):
    """A connection that has sent a request and whose close is a reset."""
    host, port = server.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    data = json.dumps(body).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: {len(data)}\r\n\r\n"
    connection.sendall(head.encode() + data)
    return connection


def test_a_reset_stops_a_running_stream(server):
    with server.http() as http:
        before, _, _ = engine_counts(http)
        with send_to_reset(server, {**BODY, "stream": True, "n": 16, "temperature": 2}) as connection:
            while b"reasoning" not in connection.recv(65536):
                pass
        deadline = time.monotonic() + 10
        steps, _, running = engine_counts(http)
        while running and time.monotonic() < deadline:
            steps, _, running = engine_counts(http)
        assert running == 0
        time.sleep(0.3)
        assert engine_counts(http)[0] == steps > before


def test_the_step_in_which_a_client_resets_is_its_last():
    """A step that is long enough to reset in its middle: a whole prompt, on the slowest kernels, with nothing remembered."""
    environment = {
        "ACTUARY_KERNELS": "scalar",
        "ACTUARY_ENGINE_STEP_TOKEN_BUDGET": "4096",
        "ACTUARY_ENGINE_PREFIX_CACHE_BYTES": "0",
    }
    body = {**BODY, "messages": [{"role": "user", "content": "Compute 3+4. " * 200}], "stream": True}
    with Server(environment=environment) as server, server.http() as http:
        start = time.monotonic()
        assert http.post("/v1/chat/completions", json={**body, "max_completion_tokens": 1}).status_code == 200
        duration = time.monotonic() - start
        steps, tokens, running = engine_counts(http)
        # Otherwise the step would not be the prompt's, or too short to be met.
        assert (steps, running) == (1, 0) and duration > 0.1
        with send_to_reset(server, body):
            time.sleep(duration / 5)
        time.sleep(duration + 0.3)
        later_steps, later_tokens, running = engine_counts(http)
        assert later_steps - steps <= 1 and later_tokens - tokens <= 1 and running == 0
