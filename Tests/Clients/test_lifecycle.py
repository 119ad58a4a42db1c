"""Start, bad starts, drain and end of the server, as an operator meets them."""

import json
import shutil
import signal
import struct
import threading
import time

import pytest
from conftest import FIXTURES, MODEL, Server, run


def copy_of(name, folder):
    target = folder / name
    shutil.copytree(FIXTURES / "models" / name, target)
    return target


def edit_json(path, change):
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def truncate(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 1000])


def without_tensor(path):
    """Renames one tensor in the header, leaving every offset as it is."""
    data = path.read_bytes()
    assert b"backbone.norm_f.weight" in data
    path.write_bytes(data.replace(b"backbone.norm_f.weight", b"backbone.norm_x.weight", 1))


def wrong_shape(path):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    entry = header["backbone.norm_f.weight"]
    entry["shape"] = [1, *entry["shape"]]
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + size :])


def broken_merge(value):
    value["model"]["merges"][3] = ["no such", "pair"]


CASES = [
    ("model.safetensors", truncate, ["model.safetensors"]),
    ("model.safetensors", without_tensor, ["model.safetensors", "norm_f.weight"]),
    ("model.safetensors", wrong_shape, ["norm_f.weight", "shape"]),
    ("model.safetensors", lambda path: path.unlink(), ["safetensors"]),
    ("config.json", lambda path: edit_json(path, lambda value: value.pop("hidden_size")), ["config.json", "hidden_size"]),
    ("config.json", lambda path: path.write_text("{"), ["config.json"]),
    ("tokenizer.json", lambda path: edit_json(path, broken_merge), ["tokenizer.json", "merge"]),
    ("tokenizer.json", lambda path: path.unlink(), ["tokenizer.json"]),
    (
        "tokenizer_config.json",
        lambda path: edit_json(path, lambda value: value.update(chat_template="x\n{% include 'y' %}")),
        ["include", "2"],
    ),
]


@pytest.mark.parametrize(("file", "damage", "words"), CASES)
def test_a_damaged_model_is_named_and_nothing_starts(tmp_path, file, damage, words):
    folder = copy_of("hybrid-two-groups", tmp_path)
    damage(folder / file)
    result = run("serve", "--port", "0", "--model", str(folder))
    assert result.returncode == 65, result.stderr
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr, result.stderr


def test_a_model_that_is_not_there():
    result = run("serve", "--port", "0", "--model", "/nowhere/at-all")
    assert result.returncode in (65, 74) and "/nowhere/at-all" in result.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("server:\n  prot: 1\n", ["prot", "2"]),
        ("server:\n  port: many\n", ["port", "2"]),
        ("server: [\n", ["actuary.yaml"]),
    ],
)
def test_a_bad_configuration_names_file_key_and_line(tmp_path, text, words):
    path = tmp_path / "actuary.yaml"
    path.write_text(text)
    result = run("serve", "--config", str(path))
    assert result.returncode == 78, result.stderr
    for word in ["actuary.yaml", *words]:
        assert word in result.stderr


def test_bad_usage_and_missing_devices():
    assert run("serve", "--no-such-flag").returncode == 64
    assert run("serve", "--device", "cuda", "--port", "0").returncode == 69


def test_a_server_without_keys_stays_on_loopback():
    result = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert result.returncode == 78 and "127.0.0.1" in result.stderr


def test_a_port_that_is_taken_is_an_error():
    with Server() as server:
        port = server.url.rsplit(":", 1)[1]
        result = run("serve", "--port", port)
        assert result.returncode != 0 and port in result.stderr


def test_standard_output_holds_the_one_line_and_logs_are_json():
    with Server() as server:
        server.http().get("/health")
        assert server.stop() == 0
        assert server.process.stdout.read() == ""
        for line in server.log:
            json.loads(line)


def test_the_drain_lets_a_running_stream_finish():
    """SIGTERM in the middle of a stream: not ready, the stream ends whole, the process ends with 0."""
    with Server() as server:
        client = server.openai()
        messages = [{"role": "user", "content": "Compute 47*36"}]
        whole = client.chat.completions.create(model=MODEL, messages=messages, temperature=0)
        stream = client.chat.completions.create(model=MODEL, messages=messages, temperature=0, stream=True)
        text = next(stream).choices[0].delta.content
        ended = []
        waiting = threading.Thread(target=lambda: ended.append(server.stop(signal.SIGTERM)))
        waiting.start()
        for chunk in stream:
            text += chunk.choices[0].delta.content or ""
        waiting.join()
        assert text == whole.choices[0].message.content
        assert ended == [0]


def test_at_the_end_of_the_drain_a_stream_gets_an_error_event_and_the_log_says_so():
    with Server(environment={"ACTUARY_SERVER_DRAIN_TIMEOUT": "0"}) as server, server.http() as http:
        body = {"messages": [{"role": "user", "content": "Compute 47*36"}], "stream": True, "n": 16, "temperature": 2}
        with http.stream("POST", "/v1/chat/completions", json=body) as response:
            lines = response.iter_lines()
            next(lines)
            request_id = response.headers["x-request-id"]
            server.process.send_signal(signal.SIGTERM)
            rest = [line for line in lines if line]
        assert "event: error" in rest and rest[-1] == "data: [DONE]"
        error = json.loads(rest[rest.index("event: error") + 1].removeprefix("data: "))["error"]
        assert error["code"] == "server_shutting_down"
        # Another SIGTERM would end it at once.
        assert server.process.wait(timeout=30) == 0
        server.reader.join()
        failed = [json.loads(line) for line in server.log if "request failed" in line]
        assert [entry["request_id"] for entry in failed] == [request_id]


def test_the_server_is_ready_soon_and_stays_up_under_cancelled_load():
    started = time.monotonic()
    with Server() as server:
        print(f"ready after {time.monotonic() - started:.2f} s")
        client = server.openai()
        messages = [{"role": "user", "content": "Compute 47*36"}]
        for _ in range(20):
            stream = client.chat.completions.create(model=MODEL, messages=messages, stream=True)
            next(stream)
            stream.close()
        assert client.chat.completions.create(model=MODEL, messages=messages).usage.completion_tokens > 0
