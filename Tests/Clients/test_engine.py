"""The engine under several users: remembered prefixes, clients' time limits, metrics, memory."""

import json
import os
import random
import re
import statistics
import threading
import time

import openai
import pytest
from conftest import MODEL, Server, run

SYSTEM = "Answer with one number. " + " ".join(f"Rule {number}: add {number * 7 % 91} last." for number in range(150))


def metrics(http):
    """All samples by name and labels."""
    response = http.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    samples = {}
    for line in response.text.splitlines():
        if not line.startswith("#"):
            name, value = re.fullmatch(r"(\S+(?:\{.*\})?) (\S+)", line).groups()
            samples[name] = float(value)
    return samples


def total(samples, name):
    return sum(value for key, value in samples.items() if key.split("{")[0] == name)


def ask(client, question, system=SYSTEM, **options):
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    return client.chat.completions.create(
        model=MODEL, messages=messages, **{"temperature": 0.8, "seed": 5, "max_tokens": 60, **options}
    )


def cached(completion):
    return completion.usage.prompt_tokens_details.cached_tokens


def spoken(completion):
    message = completion.choices[0].message
    return message.reasoning_content, message.content


def test_a_resend_a_next_turn_and_another_question_reuse_the_prefix(client):
    system = SYSTEM + " First."
    first = ask(client, "Compute 12+35", system)
    again = ask(client, "Compute 12+35", system)
    assert cached(first) == 0
    assert first.usage.prompt_tokens - 32 <= cached(again) < first.usage.prompt_tokens
    assert spoken(again) == spoken(first)

    messages = [
        {"role": "system", "content": system},
        {"role": "user", "content": "Compute 12+35"},
        {"role": "assistant", "content": first.choices[0].message.content},
        {"role": "user", "content": "Compute 3*4"},
    ]
    turn = client.chat.completions.create(model=MODEL, messages=messages, max_tokens=20)
    assert cached(turn) >= first.usage.prompt_tokens - 32
    other = ask(client, "Compute 77-5", system)
    assert cached(other) >= first.usage.prompt_tokens - 64


def test_a_shared_document_is_remembered_from_the_third_question_on(client):
    document = "Numbers: " + " ".join(str(number * 37 % 1009) for number in range(400))
    answers = [ask(client, f"{document}\nCompute {number}+{number}", "Be brief.") for number in (3, 4, 5, 6)]
    counts = [cached(answer) for answer in answers]
    assert counts[0] == 0 and counts[1] < 100
    for answer, count in list(zip(answers, counts))[2:]:
        assert answer.usage.prompt_tokens - count < 64 + 32


def test_cached_answers_are_those_of_a_cold_server():
    questions = [(f"Compute {a}*{b}", seed) for a, b, seed in [(3, 14, 1), (15, 9, 2), (26, 5, 3), (3, 14, 4)]]
    with Server(environment={"ACTUARY_ENGINE_PREFIX_CACHE_BYTES": "0"}) as cold, Server() as warm:
        for question, seed in questions:
            plain = ask(cold.openai(), question, seed=seed)
            reused = ask(warm.openai(), question, seed=seed)
            assert spoken(plain) == spoken(reused)
            assert cached(plain) == 0
        assert cached(reused) > 1_000


def test_the_time_to_the_first_token_falls_with_a_prefix_of_2000_tokens(client):
    """At least five times, as the median of pairs."""

    def first_token(system, question):
        started = time.perf_counter()
        stream = ask(client, question, system, stream=True, max_tokens=2)
        next(chunk for chunk in stream if chunk.choices and chunk.choices[0].finish_reason is None
             and (chunk.choices[0].delta.model_dump().get("reasoning_content") or chunk.choices[0].delta.content))
        return time.perf_counter() - started

    text = " ".join(f"Note {number}: {number * 7919 % 9973}." for number in range(190))
    ratios = []
    for index in range(7):
        system = f"Series {index}. {text}"
        ratios.append(first_token(system, "Compute 2+2") / first_token(system, "Compute 2+3"))
    print("time to first token, cold over warm:", [round(ratio, 1) for ratio in ratios])
    assert statistics.median(ratios) > 3


def test_choices_of_one_request_read_the_prompt_once(server):
    with server.http() as http:
        before = total(metrics(http), "vllm:prompt_tokens_total")
        answer = ask(server.openai(), "Compute 8+1", SYSTEM + " Choices.", n=4)
        computed = total(metrics(http), "vllm:prompt_tokens_total") - before
    assert len(answer.choices) == 4
    assert computed <= answer.usage.prompt_tokens + 3 * 32


def test_a_time_limit_that_cannot_be_kept_ends_or_refuses_the_request(server):
    with Server() as slow, slow.http() as http:
        body = {"model": MODEL, "messages": [{"role": "user", "content": "Compute 4+4"}], "ignored": 1}
        invalid = http.post("/v1/chat/completions", json=body, headers={"x-request-timeout": "soon"})
        assert invalid.status_code == 400 and invalid.json()["error"]["param"] == "x-request-timeout"

        def long(start):
            messages = [{"role": "system", "content": start + SYSTEM}] + body["messages"]
            return {"model": MODEL, "messages": messages, "n": 4}

        # A fresh engine does not know what prompts take: it begins, and ends when the time is over.
        late = http.post("/v1/chat/completions", json=long("A "), headers={"x-request-timeout": "0.02"})
        assert late.status_code == 504 and late.json()["error"]["code"] == "deadline_exceeded"
        ask(slow.openai(), "Compute 1+1")
        refused = http.post("/v1/chat/completions", json=long("B "), headers={"x-request-timeout": "0.001"})
        assert refused.status_code == 503 and refused.json()["error"]["code"] == "deadline_unreachable"
        assert refused.headers["x-should-retry"] == "false"
        announced = http.post("/v1/chat/completions", json=long("C "), headers={"x-stainless-read-timeout": "0.001"})
        assert announced.status_code == 503
        stream = http.post(
            "/v1/chat/completions",
            json={**long("D "), "stream": True},
            headers={"x-stainless-read-timeout": "0.001"},
        )
        assert stream.status_code == 200 and stream.text.endswith("data: [DONE]\n\n")
        after = metrics(http)
        assert total(after, "vllm:num_requests_running") == 0
        assert total(after, "vllm:kv_cache_usage_perc") == 0
        assert total(after, "actuary_deadlines_missed_total") == 3


def test_a_client_that_leaves_frees_its_memory_and_hurts_nobody(server):
    with Server() as busy, busy.http() as http:
        alone = spoken(ask(busy.openai(), "Compute 9*9", temperature=0.5))
        for _ in range(5):
            stream = ask(busy.openai(), "Compute 5*5", stream=True, n=8, max_tokens=2000, temperature=2)
            next(iter(stream))
            answer = [None]
            other = threading.Thread(
                target=lambda: answer.__setitem__(0, spoken(ask(busy.openai(), "Compute 9*9", temperature=0.5)))
            )
            other.start()
            stream.close()
            other.join()
            assert answer[0] == alone
        for _ in range(100):
            if total(metrics(http), "vllm:num_requests_running") == 0:
                break
            time.sleep(0.05)
        assert total(metrics(http), "vllm:kv_cache_usage_perc") == 0


def test_service_tiers_are_echoed(client):
    for asked, given in [(None, "default"), ("auto", "default"), ("flex", "flex"), ("fast", "priority")]:
        options = {} if asked is None else {"extra_body": {"service_tier": asked}}
        assert ask(client, "Compute 1+2", "Short.", **options).service_tier == given
    with pytest.raises(openai.BadRequestError):
        ask(client, "Compute 1+2", "Short.", extra_body={"service_tier": "gold"})


def test_settings_that_do_not_fit_are_refused_with_the_numbers():
    environment = {**os.environ, "ACTUARY_ENGINE_KV_CACHE_TOKENS": "2147483647"}
    result = run("serve", "--port", "0", env=environment)
    assert result.returncode == 78 and result.stdout == ""
    assert re.search(r"\d+ MiB of KV cache do not fit: of \d+ MiB, weights take \d+, states \d+", result.stderr)
    assert "engine.kv_cache_tokens" in result.stderr


def test_the_plan_is_printed_and_visible():
    with Server() as server, server.http() as http:
        shown = {key: value for key, value in metrics(http).items() if key.startswith("actuary_memory_plan_bytes")}
        lines = [json.loads(line) for line in list(server.log)]
    plan = next(line for line in lines if line["message"] == "memory plan")
    uses = {re.search('use="(.*)"', key)[1]: value for key, value in shown.items()}
    assert {"weights", "states", "kv_cache", "prefix_cache_states", "scratch", "requests"} < set(uses)
    for use, value in uses.items():
        assert plan[f"{use}_bytes"] == value


def test_a_full_queue_is_503_with_retry_after_and_what_can_never_fit_is_400():
    environment = {
        "ACTUARY_ENGINE_MAX_SEQUENCES": "4",
        "ACTUARY_ENGINE_MAX_QUEUED_REQUESTS": "1",
        "ACTUARY_ENGINE_MAX_QUEUED_TOKENS": "0",
        "ACTUARY_ENGINE_KV_CACHE_TOKENS": "4096",
        "ACTUARY_ENGINE_KV_RESERVE_TOKENS": "0",
    }
    with Server(environment=environment) as server, server.http() as http:

        def answer(words):
            messages = [{"role": "user", "content": "7 " * words + "Compute 1+1"}]
            return http.post("/v1/chat/completions", json={"model": MODEL, "messages": messages, "max_tokens": 5})

        never = answer(4_000)
        assert never.status_code == 400 and never.json()["error"]["code"] == "context_length_exceeded"
        assert re.search(r"4096 .* has \d{4}", never.json()["error"]["message"])
        # Each choice counts, and they count until the last of them has ended.
        for busy, words in [(4, 1_500), (5, 1)]:
            stream = ask(server.openai(), "Compute 5*5", "7 " * 300, stream=True, n=busy, max_tokens=2000, temperature=2)
            next(iter(stream))
            refused = answer(words)
            stream.close()
            assert refused.status_code == 503, (busy, words, refused.text)
            assert int(refused.headers["retry-after"]) >= 1 and refused.headers["x-should-retry"] == "true"
            assert refused.json()["error"]["code"] == "server_overloaded"
            assert ("tokens" in refused.json()["error"]["message"]) == (busy == 4)
            for _ in range(100):
                if answer(1).status_code == 200:
                    break
                time.sleep(0.05)
            assert answer(1_500).status_code == 200


def test_memory_stays_what_was_planned():
    """SOAK_SECONDS of mixed traffic; two minutes by default."""
    environment = {
        "ACTUARY_ENGINE_OCCUPY_MEMORY": "true",
        "ACTUARY_ENGINE_KV_CACHE_TOKENS": "60000",
        "ACTUARY_ENGINE_PREFIX_CACHE_BYTES": str(40 << 20),
    }
    with Server(environment=environment) as server, server.http() as http:
        start = metrics(http)
        plan = total(start, "actuary_memory_plan_bytes")
        end = time.monotonic() + float(os.environ.get("SOAK_SECONDS", "120"))
        failures = []

        def user(number):
            chance = random.Random(number)
            client = server.openai()
            while time.monotonic() < end:
                system = SYSTEM[: chance.choice([40, 400, 3000])] + str(chance.randrange(20))
                try:
                    options = {"n": chance.choice([1, 1, 3]), "max_tokens": chance.choice([5, 50, 300])}
                    stream = ask(client, f"Compute {chance.randrange(99)}+7", system, stream=True, **options)
                    for position, _ in enumerate(stream):
                        if chance.random() < 0.003:
                            stream.close()
                            break
                except Exception as error:  # Whatever it is, the test shows it.
                    failures.append(error)
                    return

        # Others only keep their connections open.
        idle = [server.http() for _ in range(100)]
        for connection in idle:
            assert connection.get("/health").status_code == 200
        users = [threading.Thread(target=user, args=(number,)) for number in range(12)]
        for thread in users:
            thread.start()
        sizes = []
        while time.monotonic() < end:
            time.sleep(2)
            sizes.append(total(metrics(http), "process_resident_memory_bytes"))
        for thread in users:
            thread.join()
        for connection in idle:
            connection.close()
        print(json.dumps({"planned": plan, "least": min(sizes), "most": max(sizes), "samples": len(sizes)}))
        assert not failures
        assert 0.95 * plan <= min(sizes) and max(sizes) <= 1.05 * plan
