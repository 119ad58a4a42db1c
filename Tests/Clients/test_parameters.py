"""Parameters that change what is told of an answer, or how it is drawn."""

import json
import re
import uuid

import anthropic
import pytest
from conftest import MODEL

QUESTION = [{"role": "user", "content": "What is 12 + 30?"}]
GREEDY = {"temperature": 0, "max_completion_tokens": 120}


def chat(http, **options):
    body = {"model": MODEL, "messages": QUESTION, **GREEDY, **options}
    answer = http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def events(http, path="/v1/chat/completions", **options):
    body = {"model": MODEL, "messages": QUESTION, **GREEDY, "stream": True, **options}
    if path == "/v1/completions":
        del body["messages"], body["max_completion_tokens"]
    lines = http.post(path, json=body).text.splitlines()
    return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")][:-1]


def test_the_thought_is_told_where_the_client_reads_it(http):
    message = chat(http)["choices"][0]["message"]
    thought, content = message["reasoning_content"], message["content"]
    assert thought == message["reasoning"] and thought and content
    for options, names in [
        ({"reasoning_field": "reasoning"}, {"reasoning"}),
        ({"reasoning_field": "reasoning_content"}, {"reasoning_content"}),
        ({"reasoning": {"exclude": True}}, set()),
        ({"include_reasoning": False}, set()),
        ({"reasoning_format": "hidden"}, set()),
    ]:
        result = chat(http, **options)
        message = result["choices"][0]["message"]
        assert {name for name in ("reasoning", "reasoning_content") if name in message} == names
        assert message["content"] == content and result["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0
        deltas = [json.loads(event)["choices"][0]["delta"] for event in events(http, **options)]
        assert {name for delta in deltas for name in delta} & {"reasoning", "reasoning_content"} == names
    inline = f"<think>\n{thought}\n</think>\n\n{content}"
    assert chat(http, separate_reasoning=False)["choices"][0]["message"]["content"] == inline
    told = [json.loads(event)["choices"][0]["delta"].get("content", "") for event in events(http, reasoning_format="none")]
    assert "".join(told) == inline


def test_every_event_tells_the_usage_so_far(http):
    chunks = [json.loads(event) for event in events(http, n=2, stream_options={"include_usage": True, "continuous_usage_stats": True})]
    counts = [chunk["usage"]["completion_tokens"] for chunk in chunks]
    assert counts == sorted(counts) and counts[0] == 0 and len(set(counts)) > 10
    assert chunks[-1]["choices"] == [] and chunks[-2]["usage"]["completion_tokens"] == chunks[-1]["usage"]["completion_tokens"]
    raw = [json.loads(event) for event in events(http, "/v1/completions", prompt="1 + 1 =", max_tokens=8, stream_options={"continuous_usage_stats": True})]
    assert [chunk["usage"]["completion_tokens"] for chunk in raw][-1] > 1


def test_obfuscated_events_have_lengths_of_one_grid(http):
    told = events(http, stream_options={"include_obfuscation": True})
    assert {len(event) % 64 for event in told} == {0} and len({len(event) for event in told}) <= 3
    assert len({json.loads(event)["obfuscation"] for event in told}) > len(told) / 2
    assert "obfuscation" not in json.loads(events(http)[0])


def test_the_fingerprint_is_that_of_the_model(http):
    name = chat(http)["system_fingerprint"]
    assert re.fullmatch("fp_[0-9a-f]{10}", name) and name == chat(http)["system_fingerprint"]
    assert {json.loads(event)["system_fingerprint"] for event in events(http)} == {name}


@pytest.mark.parametrize("field", ["cache_salt", "prompt_cache_key"])
def test_parts_of_the_cache_share_nothing(http, field):
    long = [{"role": "user", "content": f"{uuid.uuid4()} " + "Add these numbers carefully. " * 30}]

    def cached(**options):
        return chat(http, messages=long, max_completion_tokens=1, **options)["usage"]["prompt_tokens_details"]["cached_tokens"]

    assert cached(**{field: "a"}) == 0 and cached(**{field: "a"}) > 0
    assert cached(**{field: "b"}) == 0 and cached() == 0
    assert cached(**{field: "b"}) > 0 and cached() > 0


def test_bad_words_never_come(http):
    content = chat(http, max_think_tokens=0)["choices"][0]["message"]["content"]
    word = content[1:4]
    other = chat(http, max_think_tokens=0, bad_words=[word])["choices"][0]["message"]["content"]
    assert word not in other and other[:1] == content[:1]
    wild = chat(http, max_think_tokens=0, temperature=1.5, seed=1, n=4, bad_words=["1", "2", "e", " t"])
    for choice in wild["choices"]:
        assert not set(choice["message"]["content"]) & {"1", "2", "e"} and " t" not in choice["message"]["content"]


def test_prompt_logprobs(http):
    result = chat(http, prompt_logprobs=2, n=2, max_think_tokens=0)
    told = result["prompt_logprobs"]
    assert len(told) == result["usage"]["prompt_tokens"] and told[0] is None
    rendered = http.post("/v1/chat/completions/render", json={"model": MODEL, "messages": QUESTION, "max_think_tokens": 0}).json()["token_ids"]
    for token, line in zip(rendered[1:], told[1:]):
        assert next(iter(line)) == str(token) and 2 <= len(line) <= 3
        assert all(entry["logprob"] <= 0 and entry["rank"] >= 1 for entry in line.values())
    assert result["usage"]["prompt_tokens_details"]["cached_tokens"] == 0
    long = chat(http, messages=[{"role": "user", "content": "one two three " * 60}], prompt_logprobs=0, max_completion_tokens=1)
    assert len(long["prompt_logprobs"]) == long["usage"]["prompt_tokens"] > 100


def test_logprobs_of_raw_completions(client):
    options = {"model": MODEL, "prompt": "12 + 30 = 42 größer", "max_tokens": 6, "temperature": 0, "logprobs": 2}
    plain = client.completions.create(**options).choices[0]
    echoed = client.completions.create(echo=True, **options).choices[0]
    told, whole = plain.logprobs, echoed.logprobs
    assert len(told.tokens) == len(told.token_logprobs) == len(told.top_logprobs) == len(told.text_offset) > 0
    assert told.text_offset[0] == 0 and all(2 <= len(top) <= 3 for top in told.top_logprobs)
    assert echoed.text == options["prompt"] + plain.text
    count = len(told.tokens)
    assert whole.text_offset[-count] == len(options["prompt"])
    assert whole.tokens[-count:] == told.tokens and whole.token_logprobs[-count:] == told.token_logprobs
    assert whole.token_logprobs[0] is None and whole.top_logprobs[0] is None and all(number <= 0 for number in whole.token_logprobs[1:])
    for token, offset in zip(whole.tokens[:-count], whole.text_offset):
        if not token.startswith("bytes:"):
            assert echoed.text[offset : offset + len(token)] == token
    for echo, expected in [(False, told), (True, whole)]:
        chunks = list(client.completions.create(echo=echo, stream=True, **options))
        pieces = [chunk.choices[0].logprobs for chunk in chunks if chunk.choices and chunk.choices[0].logprobs]
        for name in ("tokens", "token_logprobs", "top_logprobs", "text_offset"):
            assert [line for piece in pieces for line in getattr(piece, name)] == getattr(expected, name), name


def test_offsets_are_right_behind_a_thought(client):
    prompt = "<SPECIAL_10>System\n\n<SPECIAL_11>User\nWhat is 12 + 30?\n<SPECIAL_11>Assistant\n<think>\n"
    options = {"model": MODEL, "prompt": prompt, "max_tokens": 200, "temperature": 0, "logprobs": 0}
    for budget in [None, 7]:
        choice = client.completions.create(**options, extra_body={"max_think_tokens": budget}).choices[0]
        told = list(zip(choice.logprobs.tokens, choice.logprobs.text_offset))
        assert "</think>" in choice.text and len(told) > 10
        assert [offset for _, offset in told] == sorted(offset for _, offset in told)
        behind = choice.text.index("</think>") + len("</think>")
        answer = [(token, offset) for token, offset in told if offset >= behind and token.strip()]
        assert answer and all(choice.text.startswith(token, offset) for token, offset in answer), told
        chunks = client.completions.create(**options, stream=True, extra_body={"max_think_tokens": budget})
        pieces = [chunk.choices[0].logprobs for chunk in chunks if chunk.choices and chunk.choices[0].logprobs]
        assert [line for piece in pieces for line in zip(piece.tokens, piece.text_offset)] == told


def test_a_prompts_probability_is_that_of_generating_it(client):
    """What was generated has, as a prompt of tokens, the log-probabilities it was generated with."""
    options = {"model": MODEL, "temperature": 0, "logprobs": 1, "extra_body": {"return_token_ids": True}}
    prompt = [50, 60, 70, 80]
    made = client.completions.create(prompt=prompt, max_tokens=8, **options).choices[0]
    count = len(made.logprobs.tokens)
    told = client.completions.create(prompt=prompt + made.token_ids[:count], max_tokens=1, echo=True, **options).choices[0]
    assert told.logprobs.token_logprobs[4 : 4 + count] == made.logprobs.token_logprobs


def test_summaries_of_responses_are_the_thought(client):
    options = {"model": MODEL, "input": "What is 12 + 30?", "temperature": 0, "max_output_tokens": 200}
    plain = client.responses.create(**options).output[0]
    told = client.responses.create(reasoning={"summary": "auto"}, **options).output[0]
    assert told.type == "reasoning" and told.summary[0].text == plain.content[0].text and not told.content
    kinds = [event.type for event in client.responses.create(reasoning={"summary": "detailed"}, stream=True, **options)]
    assert "response.reasoning_summary_text.delta" in kinds and "response.reasoning_text.delta" not in kinds
    hidden = client.responses.create(extra_body={"reasoning": {"exclude": True}}, **options)
    assert [item.type for item in hidden.output] == ["message"] and hidden.usage.output_tokens_details.reasoning_tokens > 0


def test_anthropic_omits_thoughts_and_names_the_stop_sequence(server):
    claude = anthropic.Anthropic(base_url=server.url, api_key="none", max_retries=0)
    options = {"model": MODEL, "max_tokens": 300, "messages": QUESTION, "extra_body": {"temperature": 0}}
    omitted = {**options, "thinking": {"type": "enabled", "budget_tokens": 100, "display": "omitted"}}
    message = claude.messages.create(**omitted)
    assert [(block.type, getattr(block, "thinking", None)) for block in message.content] == [("thinking", ""), ("text", None)]
    assert message.content[0].signature
    with claude.messages.stream(**omitted) as stream:
        final = stream.get_final_message()
    assert final.content[0].thinking == "" and final.content[0].signature and final.content[1].text == message.content[1].text
    text = claude.messages.create(**options).content[-1].text
    stopped = claude.messages.create(stop_sequences=[text[3:6], "never there"], **options)
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", text[3:6])
    with claude.messages.stream(stop_sequences=[text[3:6]], **options) as stream:
        assert stream.get_final_message().stop_sequence == text[3:6]


def test_misspelt_headers_of_a_bound_are_refused(http):
    for name in ("x-max-think-token", "X-Think-Budget"):
        answer = http.post("/v1/chat/completions", json={"messages": QUESTION}, headers={name: "5"})
        assert answer.status_code == 400 and "'x-max-think-tokens'" in answer.json()["error"]["message"]
        assert answer.json()["error"]["param"] == name.lower()


def test_what_repeats_itself_is_cut_off(http):
    bias = {"logit_bias": {"50": 100}, "max_completion_tokens": 300, "max_think_tokens": 0}
    endless = chat(http, **bias)
    assert endless["usage"]["completion_tokens"] == 300
    cut = chat(http, **bias, repetition_detection={"max_pattern_size": 8, "min_pattern_size": 2, "min_count": 5})
    assert cut["usage"]["completion_tokens"] == 10 and cut["choices"][0]["finish_reason"] == "length"


def test_priority_is_a_class_of_service(http):
    for number, tier in [(-5, "priority"), (0, "default"), (3, "flex")]:
        assert chat(http, priority=number, max_completion_tokens=5)["service_tier"] == tier


def test_names_of_end_users_are_taken_and_responses_repeat_them(http):
    names = {"user": "u-1", "safety_identifier": "s-1", "metadata": {"order": "7"}}
    answer = http.post("/v1/chat/completions", json={"model": MODEL, "messages": QUESTION, "max_tokens": 5, **names})
    assert answer.status_code == 200 and answer.headers["x-actuary-ignored"] == "user, safety_identifier, metadata"
    response = http.post("/v1/responses", json={"model": MODEL, "input": "hello", "prompt_cache_key": "k", **names})
    assert "x-actuary-ignored" not in response.headers
    told = response.json()
    assert {name: told[name] for name in names} == names and told["prompt_cache_key"] == "k"


def test_responses_tell_how_likely_their_tokens_are(client):
    options = {"model": MODEL, "input": "What is 12 + 30?", "temperature": 0, "max_output_tokens": 200}
    asked = {**options, "include": ["message.output_text.logprobs"], "top_logprobs": 2}
    part = client.responses.create(**asked).output[-1].content[0]
    assert "".join(token.token for token in part.logprobs).lstrip() == part.text and len(part.logprobs) > 2
    assert all(token.logprob <= 0 and len(token.top_logprobs) == 2 for token in part.logprobs)
    events = list(client.responses.create(stream=True, **asked))
    told = [token for event in events if event.type == "response.output_text.delta" for token in event.logprobs]
    assert [token.token for token in told] == [token.token for token in part.logprobs]
    assert events[-1].response.output[-1].content[0].logprobs == part.logprobs
    assert client.responses.create(**options).output[-1].content[0].logprobs == []
    both = [*asked["include"], "reasoning.encrypted_content"]
    raw = client.responses.with_raw_response.create(**{**asked, "include": both})
    assert raw.headers["x-actuary-ignored"] == "include[1]"
