"""Answers in a given form: every one of them is what was asked for."""

import json
import os
import re
from typing import Literal

import jsonschema
import openai
import pydantic
import pytest
from conftest import MODEL
from matrix import shows
from random_schemas import SchemaMaker

QUESTION = [{"role": "user", "content": "What is 12 + 30?"}]
SCHEMA_COUNT = int(os.environ.get("SCHEMA_COUNT", "40"))


def ask(client, messages=QUESTION, **options):
    return client.chat.completions.create(model=MODEL, messages=messages, **options)


def json_schema(schema):
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}


@shows("openai", "structured output")
def test_random_schemas_are_always_fulfilled(client):
    finished = 0
    for seed in range(SCHEMA_COUNT):
        schema = SchemaMaker(seed).document()
        result = ask(
            client,
            response_format=json_schema(schema),
            temperature=1 + seed % 3 / 4,
            seed=seed,
            max_completion_tokens=1500,
            extra_body={"max_think_tokens": [0, 8][seed % 2]},
        )
        choice = result.choices[0]
        assert choice.finish_reason == "stop", (seed, schema, choice.message.content)
        value = json.loads(choice.message.content)
        jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER).validate(value)
        finished += 1
    assert finished == SCHEMA_COUNT


@shows("openai", "structured output")
def test_parse_gives_a_pydantic_object(client):
    class Step(pydantic.BaseModel):
        operation: Literal["add", "subtract"]
        amount: int

    class Answer(pydantic.BaseModel):
        steps: list[Step] = pydantic.Field(max_length=3)
        result: int
        note: str | None = pydantic.Field(max_length=20)

    result = client.chat.completions.parse(
        model=MODEL, messages=QUESTION, response_format=Answer, temperature=1, seed=3, max_completion_tokens=1500
    )
    assert isinstance(result.choices[0].message.parsed, Answer)
    assert result.usage.completion_tokens_details.reasoning_tokens > 0, "the form begins behind the thought"


@pytest.mark.parametrize("thinks", [True, False])
def test_json_object(client, thinks):
    for seed in range(4):
        result = ask(
            client,
            response_format={"type": "json_object"},
            seed=seed,
            temperature=0.8,
            max_completion_tokens=400,
            extra_body={"max_think_tokens": 20 if thinks else 0},
        )
        if result.choices[0].finish_reason == "stop":
            assert isinstance(json.loads(result.choices[0].message.content), dict)


@pytest.mark.parametrize(
    "form, holds",
    [
        ({"regex": r"[a-f]{2,5}-\d{3}"}, lambda text: re.fullmatch(r"[a-f]{2,5}-\d{3}", text)),
        ({"guided_regex": r"(ja|nein)!"}, lambda text: text in ("ja!", "nein!")),
        ({"guided_choice": ["one", "two", "größer"]}, lambda text: text in ("one", "two", "größer")),
        ({"structured_outputs": {"choice": ["left", "right"]}}, lambda text: text in ("left", "right")),
        ({"structured_outputs": {"json": {"type": "integer", "minimum": 5, "maximum": 9}}}, lambda text: 5 <= int(text) <= 9),
        ({"guided_json": '{"type": "boolean"}'}, lambda text: text in ("true", "false")),
        ({"grammar": 'root ::= "(" root ")" | [0-9]{1,3}'}, lambda text: re.fullmatch(r"\(*\d{1,3}\)*", text)),
        ({"ebnf": 'root ::= ("a" | "b"){3}'}, lambda text: re.fullmatch("[ab]{3}", text)),
    ],
)
def test_other_forms_alone_streamed_and_with_several_choices(client, form, holds):
    options = {"extra_body": {**form, "max_think_tokens": 6}, "temperature": 1.2, "max_completion_tokens": 120}
    result = ask(client, n=3, seed=5, **options)
    for choice in result.choices:
        assert choice.finish_reason == "stop" and holds(choice.message.content), choice.message.content
    chunks = list(ask(client, seed=5, stream=True, **options))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == result.choices[0].message.content


def test_an_answer_that_is_cut_off_says_so(client):
    schema = {"type": "array", "items": {"type": "integer"}, "minItems": 60, "maxItems": 60}
    result = ask(client, response_format=json_schema(schema), max_completion_tokens=40, extra_body={"max_think_tokens": 0})
    assert result.choices[0].finish_reason == "length"


@pytest.mark.parametrize(
    "body, param",
    [
        ({"response_format": json_schema({"type": "object", "properties": {"a": {"if": {}}}})}, "response_format.json_schema.schema.properties.a.if"),
        ({"response_format": json_schema({"type": "string", "pattern": "(?=a)"})}, "response_format.json_schema.schema.pattern"),
        ({"response_format": json_schema({"type": "array", "uniqueItems": True})}, "response_format.json_schema.schema.uniqueItems"),
        ({"response_format": json_schema({"type": "string", "format": "iri"})}, "response_format.json_schema.schema.format"),
        ({"response_format": json_schema({"type": "string", "maxLength": 10**8})}, "response_format.json_schema.schema"),
        ({"response_format": json_schema({"enum": []})}, "response_format.json_schema.schema.enum"),
        ({"response_format": {"type": "yaml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"regex": "(a"}, "regex"),
        ({"grammar": 'root ::= root "a"'}, "grammar"),
        ({"grammar": "x ::= y"}, "grammar"),
        ({"regex": "a", "guided_choice": ["b"]}, "guided_choice"),
        ({"regex": "a", "think_close_text": "</think>The answer:"}, "think_close_text"),
        ({"structured_outputs": {"structural_tag": "x"}}, "structured_outputs.structural_tag"),
    ],
)
def test_what_cannot_be_held_is_refused_with_its_path(client, body, param):
    with pytest.raises(openai.BadRequestError) as error:
        ask(client, extra_body=body)
    assert error.value.param == param, error.value
