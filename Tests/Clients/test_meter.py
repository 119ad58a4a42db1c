"""Keys, bills and limits of a running server, and what is left of them when it is killed."""

import decimal
import json
import os
import random
import signal
import time

import httpx2
import openai
import pytest
from books import PRICES, QUESTION, Books, picodollars
from postgres_cluster import Cluster
from traffic import Traffic

CHECKPOINT = 16


@pytest.fixture
def books(tmp_path):
    return Books("--data-dir", tmp_path / "data")


def test_a_request_costs_what_its_tokens_cost_and_the_ledger_says_so(books):
    with books.server() as server:
        client = openai.OpenAI(
            base_url=f"{server.url}/v1", api_key=books.key, max_retries=0
        )
        answers = [client.chat.completions.create(**QUESTION) for _ in range(2)]
        stream = list(
            client.chat.completions.create(**QUESTION, stream=True, stream_options={"include_usage": True})
        )
    ends = books.ends()
    for usage, id in [(a.usage, a.id) for a in answers] + [(stream[-1].usage, stream[-1].id)]:
        cached = usage.prompt_tokens_details.cached_tokens
        tokens = {
            "prompt": usage.prompt_tokens - cached,
            "cached_prompt": cached,
            "thinking": usage.completion_tokens_details.reasoning_tokens,
            "answer": usage.thinking["answer_tokens"],
        }
        parts = {name: tokens[name] * price for name, price in PRICES.items()}
        assert {name: picodollars(usd) for name, usd in usage.cost_details.items()} == parts
        assert picodollars(usage.cost) == sum(parts.values())
        [end] = ends[id]
        assert end["kind"] == "capture" and end["detail"]["amount"] == sum(parts.values())
    books.check()


def test_a_response_tells_its_cost_in_exact_decimals(books):
    body = {"model": QUESTION["model"], "input": QUESTION["messages"], "temperature": 0}
    with books.server() as server, server.http(headers={"authorization": f"Bearer {books.key}"}) as http:
        answers = [http.post("/v1/responses", json=body).text]
        stream = http.post("/v1/responses", json={**body, "stream": True}).text
    answers += [line.removeprefix("data: ") for line in stream.splitlines() if '"response.completed"' in line and line.startswith("data: ")]
    assert len(answers) == 2
    for answer in answers:
        # A number of the text, not the nearest one in binary.
        response = json.loads(answer, parse_float=decimal.Decimal)
        response = response.get("response", response)
        usage = response["usage"]
        cached = usage["input_tokens_details"]["cached_tokens"]
        tokens = {
            "prompt": usage["input_tokens"] - cached,
            "cached_prompt": cached,
            "thinking": usage["output_tokens_details"]["reasoning_tokens"],
            "answer": usage["thinking"]["answer_tokens"],
        }
        parts = {name: decimal.Decimal(tokens[name] * price).scaleb(-12) for name, price in PRICES.items()}
        assert usage["cost_details"] == parts and usage["cost"] == sum(parts.values())
        [end] = books.ends()[response["id"]]
        assert decimal.Decimal(end["detail"]["amount"]).scaleb(-12) == usage["cost"]


def test_keys_open_the_server_and_nothing_else_does(books):
    with books.server() as server:
        for key, status in [("none", 401), (books.key + "x", 401), (books.key, 200)]:
            for path in ["/v1/models", "/v1/credits", "/v1/usage"]:
                response = httpx2.get(server.url + path, headers={"authorization": f"Bearer {key}"})
                assert response.status_code == status, (path, response.text)
                if status == 401:
                    assert response.json()["error"]["code"] == "invalid_api_key"
        assert httpx2.get(server.url + "/v1/models").json()["error"]["code"] == "missing_api_key"
        assert httpx2.get(server.url + "/v1/models", headers={"x-api-key": books.key}).status_code == 200
        with pytest.raises(openai.AuthenticationError):
            openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0).models.list()
        id = json.loads(books.command("key", "list", "--json").splitlines()[0])["id"]
        books.command("key", "revoke", id)
        assert httpx2.get(server.url + "/v1/models", headers={"x-api-key": books.key}).status_code == 401


def test_no_money_is_402_and_leaves_no_trace(tmp_path):
    books = Books("--data-dir", tmp_path / "data")
    books.command("account", "create", "poor")
    key = books.command("key", "create", "--account", "poor").strip()
    with books.server() as server:
        client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0)
        with pytest.raises(openai.APIStatusError) as caught:
            client.chat.completions.create(**QUESTION)
        assert caught.value.status_code == 402 and caught.value.code == "insufficient_funds"
        quote = httpx2.post(f"{server.url}/v1/quote", json=QUESTION, headers={"x-api-key": key}).json()
        assert quote["worst_case"]["cost"] > 0 and quote["expected"] is None
    assert not books.ends()
    books.check()


def test_a_limit_is_429_with_its_headers(tmp_path):
    books = Books("--data-dir", tmp_path / "data", limits=["--requests-per-minute", "2"])
    with books.server() as server:
        client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=books.key, max_retries=0)
        for left in ["1", "0"]:
            raw = client.chat.completions.with_raw_response.create(**QUESTION)
            assert raw.headers["x-ratelimit-remaining-requests"] == left
        with pytest.raises(openai.RateLimitError) as caught:
            client.chat.completions.create(**QUESTION)
        assert int(caught.value.response.headers["retry-after"]) <= 60


def test_the_same_idempotency_key_is_answered_and_billed_once(books):
    with books.server() as server, httpx2.Client(base_url=server.url, timeout=60) as http:
        headers = {"authorization": f"Bearer {books.key}", "idempotency-key": "order-1"}
        for body in [QUESTION, {**QUESTION, "stream": True}]:
            headers["idempotency-key"] += "x"
            first, second = (http.post("/v1/chat/completions", json=body, headers=headers) for _ in range(2))
            assert first.status_code == second.status_code == 200
            assert first.text == second.text and second.headers["x-actuary-replayed"] == "true"
            other = http.post("/v1/chat/completions", json={**body, "seed": 1}, headers=headers)
            assert other.status_code == 422
    assert len(books.ends()) == 2
    books.check()


def test_credits_shorten_thoughts_and_never_fail_a_request(books):
    books.command("account", "grant", "acme", "--credits", "60")
    with books.server() as server:
        client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=books.key, max_retries=0)
        used = []
        for _ in range(3):
            answer = client.chat.completions.create(**QUESTION)
            used.append((answer.usage.thinking["used"], answer.usage.thinking["ended_by"]))
            assert answer.choices[0].message.content
        assert sum(tokens for tokens, _ in used) == 60 and used[-1] == (0, "credits")
        credits = httpx2.get(f"{server.url}/v1/credits", headers={"x-api-key": books.key})
        assert credits.json()["available"] == 0 and credits.headers["x-think-credits-remaining"] == "0"


def test_a_recovered_request_pays_for_its_remembered_prompt_as_such(books):
    long = {**QUESTION, "messages": [{"role": "user", "content": "What is 348 + 275? " * 40}], "ignore_eos": True}
    with books.server(ACTUARY_BILLING_CHECKPOINT_TOKENS=str(CHECKPOINT)) as server:
        headers = {"authorization": f"Bearer {books.key}"}
        httpx2.post(f"{server.url}/v1/chat/completions", json={**long, "max_tokens": 40}, headers=headers)
        body = {**long, "stream": True, "max_tokens": 3000, "logprobs": True, "top_logprobs": 20}
        with httpx2.stream("POST", f"{server.url}/v1/chat/completions", json=body, headers=headers) as stream:
            lines = stream.iter_lines()
            for _ in range(100):
                line = next(lines)
            id = json.loads((line or next(lines))[6:])["id"]
            server.stop(signal.SIGKILL)
    with books.server():
        books.wait_for_ends()
    [end] = books.ends()[id]
    prompt, cached, thinking, answer, _ = end["detail"]["usage"]
    assert end["kind"] == "recovered" and prompt - 64 < cached < prompt
    counts = {"prompt": prompt - cached, "cached_prompt": cached, "thinking": thinking, "answer": answer}
    assert end["detail"]["amount"] == sum(counts[name] * price for name, price in PRICES.items())
    books.check()


def test_nothing_is_lost_or_doubled_when_the_server_is_killed(tmp_path):
    books = Books("--data-dir", tmp_path / "data")
    kill_again_and_again(books, int(os.environ.get("LEDGER_KILLS", "15")))


def test_nothing_is_lost_or_doubled_in_postgresql_either():
    cluster = Cluster()
    try:
        books = Books("--ledger", cluster.new_database())
        kill_again_and_again(books, int(os.environ.get("LEDGER_KILLS", "5")), ACTUARY_BILLING_DEAD_AFTER="1")
    finally:
        cluster.remove()


def kill_again_and_again(books, kills, **environment):
    delivered, finished, unanswered = {}, {}, {}
    environment["ACTUARY_BILLING_CHECKPOINT_TOKENS"] = str(CHECKPOINT)
    for number in range(kills):
        server = books.server(**environment)
        traffic = Traffic(server.url, books.key, number, unanswered)
        deadline = time.monotonic() + 30
        while number == 0 and not (traffic.delivered and traffic.finished) and time.monotonic() < deadline:
            time.sleep(0.05)  # On a slow machine later ones may die too young to answer anything.
        time.sleep(random.Random(number).uniform(0.1, 0.8))
        server.stop(signal.SIGKILL)
        traffic.stop()
        delivered |= traffic.delivered
        finished |= traffic.finished
    with books.server(**environment):
        books.wait_for_ends()
    assert delivered and finished
    table = books.check_traffic(delivered, finished, CHECKPOINT)
    # pytest -rP shows it.
    for line in [("kills", kills), *sorted(table.items())]:
        print("%-50s %d" % line)
