"""Anthropic's official client against a running server."""

import asyncio

import anthropic
import pytest
from books import Books
from conftest import MODEL
from matrix import shows

QUESTION = [{"role": "user", "content": "What is 348 + 275?"}]
GREEDY = {"temperature": 0}  # The client has no argument for it any more.
TOOL = {"name": "add", "description": "Adds.", "input_schema": {"type": "object", "properties": {}}}


@pytest.fixture
def claude(server):
    return anthropic.Anthropic(base_url=server.url, api_key="none", max_retries=0)


def ask(claude, messages=QUESTION, **options):
    options = {"max_tokens": 200, **options}
    return claude.messages.create(model=MODEL, messages=messages, extra_body=GREEDY, **options)


@shows("anthropic", "question", "messages")
def test_a_message_has_thought_text_and_usage(claude):
    message = ask(claude)
    assert message.type == "message" and message.role == "assistant" and message.id.startswith("msg_")
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert "623" in message.content[1].text
    assert message.stop_reason == "end_turn"
    usage = message.usage
    prompt = usage.input_tokens + usage.cache_read_input_tokens
    assert prompt == claude.messages.count_tokens(model=MODEL, messages=QUESTION).input_tokens
    assert 0 < usage.output_tokens


@shows("anthropic", "stream", "messages")
def test_a_stream_accumulates_to_the_message(claude):
    message = ask(claude)
    with claude.messages.stream(model=MODEL, messages=QUESTION, max_tokens=200, extra_body=GREEDY) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert [block.type for block in final.content] == [block.type for block in message.content]
    assert final.content[0].thinking == message.content[0].thinking and final.content[0].signature
    assert final.content[1].text == text == message.content[1].text
    assert final.stop_reason == message.stop_reason
    assert final.usage.output_tokens == message.usage.output_tokens


@shows("anthropic", "async", "messages")
def test_the_async_client_streams(server, claude):
    async def run():
        client = anthropic.AsyncAnthropic(base_url=server.url, api_key="none")
        async with client.messages.stream(model=MODEL, messages=QUESTION, max_tokens=200, extra_body=GREEDY) as stream:
            return "".join([text async for text in stream.text_stream])

    assert asyncio.run(run()) == ask(claude).content[1].text


@shows("anthropic", "retries", "messages")
@pytest.mark.parametrize("fault", ["error before", "error after", "reset after"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_failed_request_is_tried_again(faulty, fault, stream):
    faulty.faults = [fault]
    answer = ask(anthropic.Anthropic(base_url=faulty.url, api_key="none", max_retries=1), stream=stream)
    assert list(answer)[-1].type == "message_stop" if stream else "623" in answer.content[1].text
    assert faulty.attempts == [("0", fault), ("1", None)]


def test_events_come_in_anthropics_order(claude):
    kinds = [event.type for event in ask(claude, stream=True)]
    assert kinds[0] == "message_start" and kinds[-2:] == ["message_delta", "message_stop"]
    assert kinds.count("content_block_start") == kinds.count("content_block_stop") == 2


def test_limits_and_stops(claude):
    cut = ask(claude, max_tokens=5)
    assert cut.stop_reason == "max_tokens" and cut.usage.output_tokens <= 5
    text = ask(claude).content[1].text
    stopped = ask(claude, stop_sequences=[text[4:7]])
    assert stopped.content[1].text == text[: text.index(text[4:7])]


@shows("anthropic", "tools", "messages")
def test_history_with_tools_is_read(claude):
    history = [
        *QUESTION,
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "I use the tool.", "signature": "unsigned"},
                {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 348, "b": 275}},
            ],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "623"}]},
    ]
    with_tools = claude.messages.count_tokens(model=MODEL, messages=history, tools=[TOOL], system="Be brief.")
    without = claude.messages.count_tokens(model=MODEL, messages=history)
    assert with_tools.input_tokens > without.input_tokens > 30
    assert ask(claude, history, tools=[TOOL]).content


@shows("anthropic", "errors", "messages")
def test_errors_arrive_as_the_clients_own_exceptions(claude):
    with pytest.raises(anthropic.BadRequestError) as error:
        ask(claude, max_tokens=0)
    assert error.value.body["type"] == "error" and error.value.body["error"]["type"] == "invalid_request_error"
    with pytest.raises(anthropic.NotFoundError):
        claude.messages.create(model="other", messages=QUESTION, max_tokens=5)
    with pytest.raises(anthropic.BadRequestError, match="text only"):
        ask(claude, [{"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "http://x"}}]}])


@shows("anthropic", "errors", "messages")
def test_keys_and_limits(tmp_path):
    books = Books("--data-dir", tmp_path / "data", limits=["--requests-per-minute", "1"])
    with books.server() as server:
        with pytest.raises(anthropic.AuthenticationError):
            ask(anthropic.Anthropic(base_url=server.url, api_key="wrong", max_retries=0))
        claude = anthropic.Anthropic(base_url=server.url, api_key=books.key, max_retries=0)
        assert ask(claude).content
        with pytest.raises(anthropic.RateLimitError) as limit:
            ask(claude)
    assert limit.value.body["error"]["type"] == "rate_limit_error" and int(limit.value.response.headers["retry-after"]) > 0
