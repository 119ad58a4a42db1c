"""How tokens are drawn and what is told of them, through the official Python client."""

import math

import openai
import pytest
from conftest import MODEL

QUESTION = [{"role": "user", "content": "What is 12 + 30? /no_think"}]


def ask(client, messages=QUESTION, **options):
    return client.chat.completions.create(model=MODEL, messages=messages, **{"temperature": 0, **options})


def tokens_of(http, text):
    return http.post("/tokenize", json={"prompt": text, "add_special_tokens": False}).json()["tokens"]


def test_logprobs_tell_the_tokens_of_the_answer(client):
    result = ask(client, logprobs=True, top_logprobs=3)
    choice = result.choices[0]
    entries = choice.logprobs.content
    text = b"".join(bytes(entry.bytes) for entry in entries).decode()
    assert text.strip() == choice.message.content.strip()
    for entry in entries:
        assert entry.logprob <= 0 and len(entry.top_logprobs) == 3
        assert entry.token == bytes(entry.bytes).decode(errors="replace")
        # At temperature 0 the token is the likeliest one.
        assert entry.top_logprobs[0].bytes == entry.bytes and entry.top_logprobs[0].logprob == entry.logprob
        order = [top.logprob for top in entry.top_logprobs]
        assert order == sorted(order, reverse=True) and sum(map(math.exp, order)) < 1.0001
    assert ask(client, logprobs=True).choices[0].logprobs.content[0].top_logprobs == []
    assert ask(client).choices[0].logprobs is None


def test_a_stream_tells_the_same_logprobs_and_ids(client):
    options = {"logprobs": True, "top_logprobs": 2, "extra_body": {"return_token_ids": True, "max_think_tokens": 9}}
    messages = [{"role": "user", "content": "What is 12 + 30?"}]
    body = ask(client, messages, **options).choices[0]
    content, reasoning, ids = [], [], []
    for chunk in ask(client, messages, stream=True, **options):
        choice = chunk.choices[0]
        if choice.logprobs is not None:
            content += choice.logprobs.content or []
            reasoning += getattr(choice.logprobs, "reasoning", None) or []
        ids += getattr(choice, "token_ids", None) or []
    assert content == body.logprobs.content and content
    assert reasoning == body.logprobs.reasoning and len(reasoning) == 9
    assert ids == body.token_ids


def test_token_ids_are_as_many_as_are_billed(client):
    for budget in (0, 5, None):
        extra = {"return_token_ids": True, **({} if budget is None else {"max_think_tokens": budget})}
        result = ask(client, [{"role": "user", "content": "What is 12 + 30?"}], n=2, extra_body=extra)
        assert sum(len(choice.token_ids) for choice in result.choices) == result.usage.completion_tokens


def test_penalties_and_biases_change_the_answer(client, http):
    plain = ask(client).choices[0].message.content
    token = tokens_of(http, plain)[0]
    biased = ask(client, logit_bias={str(token): -100})
    assert biased.choices[0].message.content != plain
    forced = ask(client, logit_bias={str(token): 100}, max_completion_tokens=5, extra_body={"return_token_ids": True})
    assert set(forced.choices[0].token_ids) == {token} and forced.choices[0].finish_reason == "length"
    allowed = ask(client, max_completion_tokens=5, extra_body={"allowed_token_ids": [token], "return_token_ids": True})
    assert allowed.choices[0].token_ids == [token] * 5
    words = {"logit_bias": {str(token): 8}, "max_completion_tokens": 30, "extra_body": {"return_token_ids": True}}
    repeated = ask(client, **words).choices[0].token_ids.count(token)
    penalized = ask(client, frequency_penalty=2, **words).choices[0].token_ids.count(token)
    assert penalized < repeated


def test_endings(client, http):
    plain = ask(client, extra_body={"return_token_ids": True}).choices[0]
    stop = plain.token_ids[-1]
    long = ask(client, max_completion_tokens=40, extra_body={"ignore_eos": True, "return_token_ids": True})
    assert long.usage.completion_tokens == 40 and long.choices[0].finish_reason == "length"
    least = ask(client, max_completion_tokens=60, extra_body={"min_tokens": 30, "return_token_ids": True})
    assert least.usage.completion_tokens >= 30 and stop not in least.choices[0].token_ids[:29]
    content = plain.message.content
    early = ask(client, extra_body={"stop_token_ids": [plain.token_ids[1]], "return_token_ids": True}).choices[0]
    assert early.finish_reason == "stop" and early.token_ids == plain.token_ids[: plain.token_ids.index(plain.token_ids[1]) + 1]
    cut = ask(client, stop=[content[-2:]]).choices[0].message.content
    whole = ask(client, stop=[content[-2:]], extra_body={"include_stop_str_in_output": True}).choices[0].message.content
    assert whole == cut + content[-2:]


@pytest.mark.parametrize(
    "body, param",
    [
        ({"logit_bias": {"999999999": 1}}, "logit_bias"),
        ({"stop_token_ids": [999999999]}, "stop_token_ids"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"presence_penalty": 3}, "presence_penalty"),
    ],
)
def test_what_cannot_be_is_refused(client, body, param):
    with pytest.raises(openai.BadRequestError) as error:
        ask(client, extra_body=body)
    assert error.value.param == param
