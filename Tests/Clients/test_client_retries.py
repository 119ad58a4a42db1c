"""OpenAI's library tries again by itself; however the first attempt failed, what it got is paid once."""

import http.client
import socket
import struct
import time

import openai
import pytest
from books import QUESTION, Books
from loopback_proxy import HOP_BY_HOP, Handler, LoopbackProxy

DROPPED = HOP_BY_HOP | {"content-length"}


class FaultyProxy(LoopbackProxy):
    """Passes requests on, and deals with the answers as `faults` says, one for each request; then they go through."""

    def __init__(self, url):
        self.target = url.removeprefix("http://")
        self.faults = []
        self.attempts = []
        proxy = self

        class Faulty(Handler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                fault = proxy.faults.pop(0) if proxy.faults else None
                proxy.attempts.append((self.headers.get("x-stainless-retry-count"), fault))
                if fault == "error before":
                    return self.fail()
                backend = http.client.HTTPConnection(proxy.target, timeout=60)
                headers = {name: value for name, value in self.headers.items() if name.lower() not in DROPPED}
                backend.request("POST", self.path, body, headers)
                if fault == "left early":
                    # The server hears that its client is gone, and the client that its server is.
                    time.sleep(0.03)
                    backend.close()
                    return self.reset()
                answer = backend.getresponse()
                whole = answer.read()
                if fault == "error after":
                    return self.fail()
                if fault == "reset after":
                    return self.reset()
                if fault == "silence after":
                    # Longer than the client waits.
                    time.sleep(3.5)
                    return self.reset()
                self.send_head(answer, DROPPED)
                self.send_header("content-length", str(len(whole)))
                self.end_headers()
                self.wfile.write(whole)

            def fail(self):
                self.send_response(500)
                self.send_header("content-length", "0")
                self.end_headers()

            def reset(self):
                self.close_connection = True
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()

            def handle(self):
                try:
                    super().handle()
                except OSError:
                    pass

            def finish(self):
                try:
                    super().finish()
                except (OSError, ValueError):
                    pass

        super().__init__(Faulty)


FAULTS = ["error before", "error after", "reset after", "left early", "silence after"]


@pytest.mark.parametrize(
    ("streaming", "named"),
    [(False, False), (True, False), (False, True)],
    ids=["body", "stream", "body with an Idempotency-Key"],
)
def test_a_request_that_is_tried_again_is_paid_once(tmp_path, streaming, named):
    books = Books("--data-dir", tmp_path / "data")
    rounds = []
    with books.server() as server:
        proxy = FaultyProxy(server.url)
        client = openai.OpenAI(base_url=f"{proxy.url}/v1", api_key=books.key, max_retries=2, timeout=3)
        try:
            for number, faults in enumerate([[fault] for fault in FAULTS] + [["reset after", "error after"]]):
                proxy.faults = list(faults)
                proxy.attempts.clear()
                rounds.append((faults, ask(client, number, streaming, named), list(proxy.attempts)))
        finally:
            proxy.close()
    books.check()
    billed = {}
    holds = [entry for entry in books.entries() if entry["kind"] == "hold"]
    ends = books.ends()
    for hold in holds:
        [end] = ends[hold["reference"]]
        totals = billed.setdefault(hold["detail"]["prompt_tokens"], [0, 0])
        if end["kind"] != "void":
            totals[0] += end["detail"]["billed"][0]
            totals[1] += sum(end["detail"]["billed"][2:])
    for faults, usage, attempts in rounds:
        assert [count for count, _ in attempts] == [str(n) for n in range(len(faults) + 1)], attempts
        assert billed[usage.prompt_tokens] == [usage.prompt_tokens, usage.completion_tokens], faults


def ask(client, number, streaming, named):
    """One answer, whose prompt has a length of its own; returns its usage."""
    text = QUESTION["messages"][0]["content"] + " Please." * number
    request = {**QUESTION, "messages": [{"role": "user", "content": text}], "temperature": 1}
    request |= {"max_completion_tokens": 400, "extra_body": {"ignore_eos": True}}
    if named:
        request["extra_headers"] = {"idempotency-key": f"question-{number}"}
    if not streaming:
        return client.chat.completions.create(**request).usage
    stream = client.chat.completions.create(**request, stream=True, stream_options={"include_usage": True})
    return [chunk.usage for chunk in stream if chunk.usage][-1]
