"""OpenAI's library tries again by itself; however the first attempt failed, what it got is paid once."""

import openai
import pytest
from books import QUESTION, Books
from faulty_proxy import FaultyProxy
from matrix import shows

FAULTS = ["error before", "error after", "reset after", "left early", "silence after"]


@shows("openai", "retries")
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
