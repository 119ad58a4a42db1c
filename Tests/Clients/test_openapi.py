"""`/openapi.json`: a valid document that answers keep to."""

import json

import jsonschema
import pytest
from conftest import MODEL
from documents import closed

QUESTION = [{"role": "user", "content": "What is 348 + 275?"}]
CHAT = {"model": MODEL, "messages": QUESTION, "temperature": 0}


@pytest.fixture(scope="module")
def document(server):
    with server.http() as http:
        return closed(http.get("/openapi.json").json())


def valid(document, component, value):
    """Checks a value by a component, closed."""
    schema = {"$ref": f"#/components/schemas/{component}", "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(value)


def events(http, path, body):
    """The data of the events of a stream."""
    with http.stream("POST", path, json={**body, "stream": True}) as response:
        assert response.headers["content-type"] == "text/event-stream"
        lines = [line.removeprefix("data: ") for line in response.iter_lines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def test_the_document_is_the_same_every_time_and_open_to_all(http):
    first, second = http.get("/openapi.json"), http.get("/openapi.json")
    assert first.content == second.content and first.headers["content-type"] == "application/json"
    schemas = first.json()["components"]["schemas"]
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)


ANSWERS = [
    ("/v1/chat/completions", CHAT),
    ("/v1/chat/completions", {**CHAT, "n": 2, "logprobs": True, "top_logprobs": 2, "return_token_ids": True}),
    ("/v1/chat/completions", {**CHAT, "messages": [{"role": "user", "content": "Hello /no_think"}]}),
    ("/v1/completions", {"model": MODEL, "prompt": ["What is", "2+2"], "max_tokens": 6}),
    ("/v1/responses", {"model": MODEL, "input": QUESTION, "metadata": {"a": "b"}}),
    ("/v1/responses", {"model": MODEL, "input": "hello", "max_output_tokens": 4}),
    ("/v1/messages", {"model": MODEL, "messages": QUESTION, "max_tokens": 200}),
]


@pytest.mark.parametrize(("path", "body"), ANSWERS)
def test_answers_and_the_events_of_streams_are_as_declared(document, http, path, body):
    content = document["paths"][path]["post"]["responses"]["200"]["content"]

    def component(schema):
        return schema["$ref"].rsplit("/", 1)[1]

    answer = http.post(path, json=body)
    assert answer.status_code == 200, answer.text
    valid(document, component(content["application/json"]["schema"]), answer.json())
    found = events(http, path, body)
    assert len(found) > 2
    for event in found:
        valid(document, component(content["text/event-stream"]["x-event-schema"]), event)


def test_the_other_answers_are_as_declared(document, http):
    for path, body, component in [
        ("/v1/quote", CHAT, "Quote"),
        ("/tokenize", {"prompt": "a b"}, "Tokens"),
        ("/tokenize", {"messages": QUESTION}, "Tokens"),
        ("/detokenize", {"tokens": [40, 41]}, "Text"),
        ("/v1/chat/completions/render", CHAT, "Rendering"),
        ("/v1/messages/count_tokens", {"model": MODEL, "messages": QUESTION}, "MessageTokens"),
    ]:
        answer = http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        valid(document, component, answer.json())
    for path, component in [
        ("/v1/models", "ModelList"), (f"/v1/models/{MODEL}", "Model"), ("/v1/usage", "UsageReport"),
        ("/v1/usage?group_by=model", "UsageReport"), ("/v1/credits", "Credits"), ("/health", "Health"),
    ]:
        valid(document, component, http.get(path).json())
    valid(document, "Error", http.get("/nowhere").json())
    valid(document, "MessagesError", http.post("/v1/messages", json={}).json())
    response = http.post("/v1/responses", json={"model": MODEL, "input": "hello"}).json()
    valid(document, "Response", http.get(f"/v1/responses/{response['id']}").json())
    valid(document, "DeletedResponse", http.delete(f"/v1/responses/{response['id']}").json())


def test_the_report_of_a_control_is_as_declared(document, http):
    # So much that the stream cannot be sent to its end to a client that has read only its beginning; and the iterator
    # is kept, for the connection is closed with it.
    body = {**CHAT, "stream": True, "ignore_eos": True, "n": 4, "max_completion_tokens": 3500, "logprobs": True}
    with http.stream("POST", "/v1/chat/completions", json={**body, "top_logprobs": 20}) as stream:
        lines = stream.iter_lines()
        line = next(line for line in lines if line.startswith("data: "))
        control = {"id": json.loads(line[6:])["id"], "action": "extend_thinking", "tokens": 3}
        answer = http.post("/v1/chat/completions/control", json=control)
    assert answer.status_code == 200
    valid(document, "ControlReport", answer.json())
