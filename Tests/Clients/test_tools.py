"""Calls of tools that are held to their schemas, through real clients."""

import json

import anthropic
import jsonschema
import openai
import pydantic
import pytest
from conftest import MODEL
from matrix import shows

QUESTION = [{"role": "user", "content": "What is 12 + 30?"}]
ADD = {
    "type": "object",
    "properties": {"a": {"type": "integer", "minimum": 0, "maximum": 999}, "b": {"type": "integer"}, "how": {"enum": ["fast", "slow"]}},
    "required": ["a", "b", "how"],
    "additionalProperties": False,
}
NOTE = {"type": "object", "properties": {"text": {"type": "string", "maxLength": 12}}, "required": ["text"], "additionalProperties": False}
SCHEMAS = {"add": ADD, "note": NOTE, "now": {"type": "object", "maxProperties": 0}}


def tools(strict=False):
    functions = [{"name": "add", "parameters": ADD}, {"name": "note", "parameters": NOTE}, {"name": "now"}]
    return [{"type": "function", "function": {**function, "strict": strict}} for function in functions]


def ask(client, **options):
    options = {"temperature": 1, "max_completion_tokens": 1000, **options}
    return client.chat.completions.create(model=MODEL, messages=QUESTION, **options)


def valid(calls):
    """Checks calls of any form that has names and arguments."""
    for call in calls:
        jsonschema.validate(json.loads(call.arguments), SCHEMAS[call.name])
    return bool(calls)


@shows("openai", "tools")
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("thought", [0, 12])
def test_required_calls_fit_their_schemas(client, strict, thought):
    for seed in range(4):
        result = ask(client, tools=tools(strict), tool_choice="required", seed=seed, extra_body={"max_think_tokens": thought})
        choice = result.choices[0]
        assert choice.finish_reason == "tool_calls" and choice.message.content is None, choice
        assert valid([call.function for call in choice.message.tool_calls])
        assert len({call.id for call in choice.message.tool_calls}) == len(choice.message.tool_calls)
        assert bool(result.usage.completion_tokens_details.reasoning_tokens) == bool(thought)


@pytest.mark.parametrize(
    "choice, names, reason",
    [
        ({"type": "function", "function": {"name": "note"}}, {"note"}, "stop"),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [{"type": "function", "function": {"name": "now"}}]}},
            {"now"},
            "tool_calls",
        ),
    ],
)
def test_a_named_tool_and_allowed_ones_are_the_only_ones(client, choice, names, reason):
    for seed in range(3):
        result = ask(client, tools=tools(), tool_choice=choice, seed=seed, extra_body={"max_think_tokens": 0})
        calls = result.choices[0].message.tool_calls
        assert valid([call.function for call in calls]) and {call.function.name for call in calls} == names
        assert len(calls) == 1 or choice["type"] != "function"
        assert result.choices[0].finish_reason == reason


def test_without_parallel_calls_there_is_exactly_one(client):
    result = ask(client, tools=tools(), tool_choice="required", parallel_tool_calls=False, n=4, seed=1, extra_body={"max_think_tokens": 5})
    assert [len(choice.message.tool_calls) for choice in result.choices] == [1] * 4


@shows("openai", "tools")
def test_a_stream_accumulates_to_the_same_calls(client):
    options = {"tools": tools(), "tool_choice": "required", "seed": 3, "extra_body": {"max_think_tokens": 8}}
    whole = ask(client, **options).choices[0]
    with client.chat.completions.stream(
        model=MODEL, messages=QUESTION, temperature=1, max_completion_tokens=1000, **options
    ) as stream:
        final = stream.get_final_completion().choices[0]
    told = [(call.function.name, call.function.arguments) for call in whole.message.tool_calls]
    assert [(call.function.name, call.function.arguments) for call in final.message.tool_calls] == told
    assert final.finish_reason == whole.finish_reason == "tool_calls"
    fragments = [chunk.choices[0].delta.tool_calls for chunk in ask(client, stream=True, **options)]
    fragments = [fragment for calls in fragments for fragment in calls or []]
    assert len([fragment for fragment in fragments if fragment.id]) == len(told) < len(fragments)


@shows("openai", "tools")
def test_pydantic_tools_are_parsed(client):
    class Sum(pydantic.BaseModel):
        """Adds."""

        left: int
        right: int

    result = client.chat.completions.parse(
        model=MODEL,
        messages=QUESTION,
        tools=[openai.pydantic_function_tool(Sum)],
        tool_choice="required",
        temperature=1,
        seed=2,
        max_completion_tokens=1000,
    )
    assert all(isinstance(call.function.parsed_arguments, Sum) for call in result.choices[0].message.tool_calls)


def test_a_form_beside_tools_is_kept_or_a_tool_is_called(client):
    form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": NOTE}}
    for seed in range(6):
        result = ask(client, tools=tools(), response_format=form, seed=seed, temperature=2, extra_body={"max_think_tokens": 0})
        message = result.choices[0].message
        if not message.tool_calls:
            jsonschema.validate(json.loads(message.content), NOTE)
        else:
            assert message.content is None and valid([call.function for call in message.tool_calls])


def test_the_older_form_has_one_function_call(client):
    result = ask(client, functions=[{"name": "note", "parameters": NOTE}], function_call={"name": "note"}, seed=1)
    message = result.choices[0].message
    assert message.function_call.name == "note" and message.tool_calls is None
    jsonschema.validate(json.loads(message.function_call.arguments), NOTE)


def test_a_strict_schema_that_cannot_be_held_is_named(client):
    bad = {"type": "object", "properties": {"a": {"type": "array", "uniqueItems": True}}}
    function = {"name": "f", "parameters": bad, "strict": True}
    with pytest.raises(openai.BadRequestError) as failure:
        ask(client, tools=[{"type": "function", "function": function}])
    assert failure.value.param == "tools[0].function.parameters.properties.a.uniqueItems"


@shows("openai", "tools", "responses")
@pytest.mark.parametrize("choice", ["required", {"type": "function", "name": "note"}])
def test_responses_call_tools(client, choice):
    flat = [{"type": "function", **tool["function"]} for tool in tools()]
    response = client.responses.create(
        model=MODEL, input="What is 12 + 30?", tools=flat, tool_choice=choice, temperature=1, max_output_tokens=1000, extra_body={"seed": 5}
    )
    assert response.status == "completed" and response.output_text == ""
    assert valid([item for item in response.output if item.type == "function_call"])


@shows("openai", "structured output", "responses")
def test_responses_parse_gives_a_pydantic_object(client):
    class Answer(pydantic.BaseModel):
        result: int
        sure: bool

    response = client.responses.parse(
        model=MODEL, input="What is 12 + 30?", text_format=Answer, temperature=1, max_output_tokens=1000, extra_body={"seed": 2}
    )
    assert isinstance(response.output_parsed, Answer)
    assert response.text.format.type == "json_schema"
    with client.responses.stream(model=MODEL, input="What is 12 + 30?", text_format=Answer, max_output_tokens=1000) as stream:
        assert isinstance(stream.get_final_response().output_parsed, Answer)
    plain = client.responses.create(
        model=MODEL, input="What is 12 + 30?", text={"format": {"type": "json_object"}}, max_output_tokens=300, extra_body={"seed": 1}
    )
    assert plain.status == "incomplete" or isinstance(json.loads(plain.output_text), dict)


@shows("anthropic", "tools", "messages")
@pytest.mark.parametrize("choice, names", [({"type": "any", "disable_parallel_tool_use": True}, None), ({"type": "tool", "name": "note"}, {"note"})])
def test_anthropic_uses_tools(server, choice, names):
    claude = anthropic.Anthropic(base_url=server.url, api_key="none", max_retries=0)
    own = [{"name": name, "input_schema": SCHEMAS[name]} for name in ("add", "note")]
    options = {"model": MODEL, "max_tokens": 1000, "messages": QUESTION, "tools": own, "tool_choice": choice, "extra_body": {"seed": 4}}
    message = claude.messages.create(**options)
    uses = [block for block in message.content if block.type == "tool_use"]
    assert message.stop_reason == "tool_use" and uses and (names is None or {use.name for use in uses} == names)
    assert names or len(uses) == 1
    for use in uses:
        jsonschema.validate(use.input, SCHEMAS[use.name])
    with claude.messages.stream(**options) as stream:
        final = stream.get_final_message()
    assert [(block.name, block.input) for block in final.content if block.type == "tool_use"] == [(use.name, use.input) for use in uses]


@shows("anthropic", "structured output", "messages")
def test_anthropic_parses_a_form(server):
    class Answer(pydantic.BaseModel):
        result: int

    claude = anthropic.Anthropic(base_url=server.url, api_key="none", max_retries=0)
    message = claude.messages.parse(model=MODEL, max_tokens=1000, messages=QUESTION, output_format=Answer, extra_body={"seed": 4})
    assert isinstance(message.parsed_output, Answer)
