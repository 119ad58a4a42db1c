"""The Responses API by the official client."""

import asyncio

import openai
import pytest
from conftest import MODEL
from matrix import shows

QUESTION = "What is 348 + 275?"


def respond(client, **options):
    return client.responses.create(model=MODEL, **{"input": QUESTION, "temperature": 0, **options})


@shows("openai", "question", "responses")
def test_a_response_has_items_and_usage(client):
    response = respond(client, metadata={"k": "v"})
    assert response.object == "response" and response.status == "completed" and response.id.startswith("resp_")
    assert [item.type for item in response.output] == ["reasoning", "message"]
    assert "623" in response.output_text and response.output[0].content[0].text
    usage = response.usage
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert 0 < usage.output_tokens_details.reasoning_tokens < usage.output_tokens
    assert response.metadata == {"k": "v"}


@shows("openai", "stream", "responses")
def test_a_stream_has_typed_events_in_order(client):
    body = respond(client)
    events = list(respond(client, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert kinds[:3] == ["response.created", "response.in_progress", "response.output_item.added"]
    assert kinds[-1] == "response.completed"
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == body.output_text
    assert events[-1].response.output_text == body.output_text
    assert events[-1].response.usage.output_tokens == body.usage.output_tokens


@shows("openai", "stream", "responses")
def test_the_stream_helper_accumulates(client):
    with client.responses.stream(model=MODEL, input=QUESTION, temperature=0) as stream:
        for _ in stream:
            pass
        assert "623" in stream.get_final_response().output_text


@shows("openai", "async", "responses")
def test_the_async_client_streams(server):
    async def run():
        client = openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key="none")
        stream = await client.responses.create(model=MODEL, input=QUESTION, temperature=0, stream=True)
        return "".join([event.delta async for event in stream if event.type == "response.output_text.delta"])

    assert "623" in asyncio.run(run())


@shows("openai", "retries", "responses")
@pytest.mark.parametrize("fault", ["error before", "error after", "reset after"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_failed_request_is_tried_again(faulty, fault, stream):
    faulty.faults = [fault]
    client = openai.OpenAI(base_url=f"{faulty.url}/v1", api_key="none", max_retries=1)
    answer = respond(client, stream=stream)
    assert "623" in (list(answer)[-1].response if stream else answer).output_text
    assert faulty.attempts == [("0", fault), ("1", None)]


def test_a_conversation_goes_on_from_an_earlier_response(client):
    first = respond(client, input="hello")
    second = respond(client, input=QUESTION, previous_response_id=first.id, instructions="Be brief.")
    assert second.usage.input_tokens > first.usage.input_tokens + 10
    assert client.responses.retrieve(second.id).output_text == second.output_text
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)
    with pytest.raises(openai.NotFoundError) as missing:
        respond(client, previous_response_id=first.id)
    assert missing.value.param == "previous_response_id"
    unstored = respond(client, input="hello", store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(unstored.id)


def test_history_with_calls_is_read(client):
    history = [
        {"role": "user", "content": QUESTION},
        {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "623"},
    ]
    tool = {"type": "function", "name": "add", "parameters": {"type": "object", "properties": {}}, "strict": False}
    assert respond(client, input=history, tools=[tool]).output


def test_a_limit_makes_a_response_incomplete(client):
    response = respond(client, max_output_tokens=5)
    assert response.status == "incomplete" and response.incomplete_details.reason == "max_output_tokens"


def test_a_running_response_can_be_cancelled(client, http):
    stream = respond(client, temperature=1.9, stream=True, max_output_tokens=1500)
    first = next(iter(stream))
    answer = http.post(f"/v1/responses/{first.response.id}/cancel")
    events = list(stream)
    if answer.status_code == 200:
        assert answer.json()["status"] == "cancelled" and events[-1].response.status == "cancelled"
    else:  # It was faster than we were.
        assert answer.status_code == 400 and events[-1].type in ("response.completed", "response.incomplete")
    assert http.post("/v1/responses/resp_none/cancel").status_code == 404


@shows("openai", "errors", "responses")
def test_what_cannot_be_is_named(client):
    image = [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]
    for options, param in [
        ({"background": True}, "background"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"input": image}, "input[0].content[0].type"),
    ]:
        with pytest.raises(openai.BadRequestError) as error:
            respond(client, **options)
        assert error.value.param == param
