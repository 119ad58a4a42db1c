"""The official Python client against a running server, as users call it."""

import asyncio
import concurrent.futures

import openai
import pytest
from conftest import MODEL, Server
from matrix import shows

QUESTION = [{"role": "user", "content": "What is 348 + 275?"}]


def answer(client, messages=QUESTION, **options):
    return client.chat.completions.create(model=MODEL, messages=messages, temperature=0, **options)


@shows("openai", "question")
def test_an_answer_has_thought_content_and_usage(client):
    result = answer(client)
    message = result.choices[0].message
    assert message.role == "assistant"
    assert "623" in message.content
    assert message.reasoning_content and message.reasoning_content == message.reasoning
    assert result.choices[0].finish_reason == "stop"
    assert result.id.startswith("chatcmpl-") and result.object == "chat.completion" and result.model == MODEL
    usage = result.usage
    details = usage.completion_tokens_details
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert 0 < details.reasoning_tokens < usage.completion_tokens
    thinking = usage.thinking
    assert thinking["enabled"] and thinking["budget"] is None and thinking["ended_by"] == "natural"
    assert thinking["budget_source"] == "server_default"
    assert thinking["used"] == details.reasoning_tokens
    assert thinking["used"] + thinking["answer_tokens"] + thinking["forced_tokens"] == usage.completion_tokens


@shows("openai", "stream")
@pytest.mark.parametrize("budget", [None, 0, 12])
def test_a_stream_joins_to_the_body(client, budget):
    extra = {} if budget is None else {"max_think_tokens": budget}
    body = answer(client, extra_body=extra)
    chunks = list(answer(client, extra_body=extra, stream=True, stream_options={"include_usage": True}))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices == [] and chunks[-1].usage == body.usage
    assert all(chunk.usage is None for chunk in chunks[:-1])
    deltas = [chunk.choices[0].delta for chunk in chunks[:-1]]
    assert "".join(delta.content or "" for delta in deltas) == body.choices[0].message.content
    reasoning = "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas)
    assert reasoning == (getattr(body.choices[0].message, "reasoning_content", None) or "")
    assert reasoning == "".join(getattr(delta, "reasoning", None) or "" for delta in deltas)
    reasons = [chunk.choices[0].finish_reason for chunk in chunks[:-1]]
    assert reasons[-1] == body.choices[0].finish_reason and set(reasons[:-1]) == {None}
    assert len({chunk.id for chunk in chunks}) == 1
    assert len(deltas) > 4, "a stream of one piece is no stream"


def test_the_message_switches_thinking_off_and_on(client):
    off = answer(client, [{"role": "user", "content": "What is 348 + 275? /no_think"}])
    assert getattr(off.choices[0].message, "reasoning_content", None) is None
    assert off.usage.thinking["ended_by"] == "disabled"
    assert off.usage.thinking["budget_source"] == "message"
    assert off.usage.completion_tokens_details.reasoning_tokens == 0
    system = {"role": "system", "content": "Be brief. /no_think"}
    on = answer(client, [system, {"role": "user", "content": "/think What is 348 + 275?"}])
    assert on.usage.thinking["enabled"]


def test_developer_messages_part_arrays_and_history(client):
    result = answer(
        client,
        [
            {"role": "developer", "content": [{"type": "text", "text": "You are a helpful assistant."}]},
            {"role": "user", "content": [{"type": "text", "text": "hello"}]},
            {"role": "assistant", "content": "<think>\nThe user greets me.\n</think>\n\nHello!"},
            {"role": "user", "content": [{"type": "text", "text": "What is "}, {"type": "text", "text": "2 + 2?"}]},
        ],
    )
    assert result.choices[0].message.content


def test_n_choices_are_independent_and_seeds_repeat(client):
    def texts(seed):
        options = {"temperature": 1.5, "n": 4, "seed": seed, "max_completion_tokens": 60}
        result = client.chat.completions.create(model=MODEL, messages=QUESTION, **options)
        assert [choice.index for choice in result.choices] == [0, 1, 2, 3]
        return [(choice.message.content, choice.message.reasoning_content) for choice in result.choices]

    first = texts(7)
    assert len(set(first)) > 1
    assert texts(7) == first
    assert texts(8) != first


def test_streams_of_several_choices_join_to_their_bodies(client):
    options = {"temperature": 1.2, "n": 3, "seed": 5, "max_completion_tokens": 50}
    body = client.chat.completions.create(model=MODEL, messages=QUESTION, **options)
    content = ["", "", ""]
    roles = [0, 0, 0]
    for chunk in client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True, **options):
        for choice in chunk.choices:
            content[choice.index] += choice.delta.content or ""
            roles[choice.index] += choice.delta.role is not None
    assert content == [choice.message.content for choice in body.choices]
    assert roles == [1, 1, 1]


def test_stop_strings_end_the_answer(client):
    whole = answer(client).choices[0].message.content
    stop = whole[4:7]
    cut = answer(client, stop=[stop, "never"])
    assert cut.choices[0].message.content == whole[: whole.index(stop)]
    assert cut.choices[0].finish_reason == "stop"


def test_the_length_limit_counts_everything(client):
    result = answer(client, max_completion_tokens=9)
    assert result.usage.completion_tokens <= 9
    assert result.choices[0].message.content


def test_greedy_answers_do_not_depend_on_the_neighbours(client):
    questions = [f"What is {number} + {number * 7 % 91}?" for number in range(11, 35)]

    def ask(question):
        result = answer(client, [{"role": "user", "content": question}])
        return result.choices[0].message.content, result.choices[0].message.reasoning_content

    alone = [ask(question) for question in questions]
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        assert list(pool.map(ask, questions)) == alone


@shows("openai", "async")
def test_the_async_client_streams(server):
    async def run():
        client = openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key="none")
        stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    assert "623" in asyncio.run(run())


@shows("openai", "stream")
def test_the_stream_helper_accumulates(client):
    with client.chat.completions.stream(model=MODEL, messages=QUESTION, temperature=0) as stream:
        for _ in stream:
            pass
        assert "623" in stream.get_final_completion().choices[0].message.content


def test_models_are_listed_and_found(client):
    names = [model.id for model in client.models.list()]
    assert names[0] == MODEL and all(name.startswith(f"{MODEL}:") for name in names[1:])
    assert client.models.retrieve(MODEL).id == MODEL


@shows("openai", "errors")
def test_errors_arrive_as_the_clients_own_exceptions(client):
    with pytest.raises(openai.NotFoundError) as missing:
        client.chat.completions.create(model="gpt-9", messages=QUESTION)
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as bad:
        answer(client, n=0)
    assert bad.value.param == "n"
    with pytest.raises(openai.BadRequestError) as unsupported:
        answer(client, extra_body={"truncate_prompt_tokens": 1})
    assert unsupported.value.param == "truncate_prompt_tokens"
    with pytest.raises(openai.BadRequestError) as typo:
        answer(client, extra_body={"max_thinkin_tokens": 5})
    assert "max_think_tokens" in str(typo.value)


@shows("openai", "errors")
def test_a_prompt_longer_than_the_context_is_refused(client):
    with pytest.raises(openai.BadRequestError) as error:
        answer(client, [{"role": "user", "content": "1 2 3 4 5 6 7 8 9 " * 3_000}])
    assert error.value.code == "context_length_exceeded"


def test_another_name_can_be_served():
    with Server("--served-model-name", "house-model") as server:
        assert [model.id for model in server.openai().models.list()][0] == "house-model"
