"""The thinking bound, exactly, through HTTP."""

import concurrent.futures

import pytest
from conftest import MODEL

QUESTIONS = ["What is 4823 + 3391?", "Compute 47*36", "12 + 45 - 8 + 31", "Sort 52, 17, 83, 9, 40.", "hello"]


def complete(http, **fields):
    response = http.post("/v1/chat/completions", json={"model": MODEL, **fields})
    assert response.status_code == 200, response.text
    return response.json()


def check(body, budget):
    """What must hold of any answer; returns the thinking report."""
    usage = body["usage"]
    thinking = usage["thinking"]
    assert thinking["used"] <= budget
    assert thinking["used"] == usage["completion_tokens_details"]["reasoning_tokens"]
    assert thinking["used"] + thinking["answer_tokens"] + thinking["forced_tokens"] == usage["completion_tokens"]
    for choice in body["choices"]:
        message = choice["message"]
        assert "think>" not in message["content"] and "think>" not in (message.get("reasoning_content") or "")
        assert message["content"].strip(), "thinking ate the answer"
    return thinking


@pytest.mark.parametrize("temperature", [0, 1.0])
def test_every_budget_from_0_to_64_is_kept(http, temperature):
    def ask(budget):
        fields = {
            "messages": [{"role": "user", "content": QUESTIONS[budget % len(QUESTIONS)]}],
            "max_think_tokens": budget,
            "temperature": temperature,
            "seed": budget,
            "max_completion_tokens": 200,
        }
        thinking = check(complete(http, **fields), budget)
        assert thinking["budget"] == budget and thinking["budget_source"] == "max_think_tokens"
        if budget == 0:
            assert thinking["ended_by"] == "disabled" and not thinking["enabled"]
        else:
            assert thinking["ended_by"] in ("natural", "budget")
        if thinking["ended_by"] == "budget":
            assert thinking["used"] == budget and thinking["forced_tokens"] > 0
        return thinking["ended_by"]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        ends = list(pool.map(ask, range(65)))
    assert "budget" in ends and "natural" in ends


def test_n_choices_are_bounded_each(http):
    body = complete(
        http,
        messages=[{"role": "user", "content": QUESTIONS[1]}],
        max_think_tokens=10,
        n=4,
        temperature=1,
        seed=1,
    )
    check(body, 40)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 8, 13, 21, 34, 55])
def test_the_reserve_leaves_room_for_an_answer(http, limit):
    fields = {"messages": [{"role": "user", "content": QUESTIONS[1]}], "temperature": 0}
    body = complete(http, max_completion_tokens=limit, **fields)
    thinking = check(body, limit)
    assert body["usage"]["completion_tokens"] <= limit
    assert thinking["ended_by"] == "reserve"
    assert thinking["answer_tokens"] >= 1


def test_own_closing_text_grace_and_reserve(http):
    fields = {"messages": [{"role": "user", "content": QUESTIONS[1]}], "temperature": 0, "max_think_tokens": 20}
    text = complete(http, think_close_text=" Enough.</think>\n\n", **fields)
    assert text["choices"][0]["message"]["reasoning_content"].endswith("Enough.")
    extended = []
    for budget in range(17, 25):
        fields["max_think_tokens"] = budget
        assert complete(http, **fields)["usage"]["thinking"]["used"] == budget
        used = complete(http, think_grace=30, **fields)["usage"]["thinking"]["used"]
        assert budget <= used <= budget + 30
        extended.append(used > budget)
    assert any(extended), "no thought was let run to the end of its line"
    reserve = complete(http, max_completion_tokens=60, min_answer_tokens=50, **fields)
    assert reserve["usage"]["thinking"]["used"] < 10
    assert reserve["usage"]["thinking"]["ended_by"] == "reserve"


@pytest.mark.parametrize("value", [-2, 2**31, 2**70, 1.5, 512.5, "512", True, [], {}])
def test_what_is_no_budget_is_refused(http, value):
    response = http.post(
        "/v1/chat/completions",
        json={"model": MODEL, "messages": [{"role": "user", "content": "hello"}], "max_think_tokens": value},
    )
    assert response.status_code == 400
    assert response.json()["error"]["param"] == "max_think_tokens"


@pytest.mark.parametrize("value", [None, -1])
def test_null_and_minus_one_mean_the_default(http, value):
    body = complete(http, messages=[{"role": "user", "content": "hello"}], temperature=0, max_think_tokens=value)
    assert body["usage"]["thinking"]["budget_source"] == "server_default"


def test_the_field_outranks_the_message(http):
    messages = [{"role": "user", "content": QUESTIONS[0] + " /no_think"}]
    on = complete(http, messages=messages, max_think_tokens=8, temperature=0)
    assert on["usage"]["thinking"]["used"] == 8
    messages = [{"role": "user", "content": QUESTIONS[0] + " /think"}]
    off = complete(http, messages=messages, max_think_tokens=0, temperature=0)
    assert off["usage"]["thinking"]["used"] == 0
