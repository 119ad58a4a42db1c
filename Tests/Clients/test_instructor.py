"""instructor against a running server, in the modes that ask for a tool, a schema, an object or a response."""

import asyncio
from typing import Annotated

import instructor
import openai
import pydantic
import pytest
from conftest import MODEL
from instructor.core.exceptions import InstructorRetryException
from matrix import shows

QUESTION = [{"role": "user", "content": "What is 348 + 275?"}]
LIBRARY = "instructor"
APIS = {
    instructor.Mode.TOOLS: "chat",
    instructor.Mode.JSON_SCHEMA: "chat",
    instructor.Mode.RESPONSES_TOOLS: "responses",
}


class Total(pydantic.BaseModel):
    """The sum of what was asked."""

    result: int = pydantic.Field(ge=0, le=9999)
    method: str = pydantic.Field(max_length=12)


def shows_in_modes(feature, modes=APIS):
    """Runs a test in every mode and marks it for the row of that mode's API."""
    return pytest.mark.parametrize("mode", [pytest.param(mode, id=mode.name, marks=shows(LIBRARY, feature, APIS[mode])) for mode in modes])


def own(server, mode, kind=openai.OpenAI, **options):
    return instructor.from_openai(kind(base_url=f"{server.url}/v1", api_key="none", **{"max_retries": 0, **options}), mode=mode)


def ask(asked, mode, response_model=Total, method="create", **options):
    limit = "max_output_tokens" if APIS[mode] == "responses" else "max_tokens"
    options = {"model": MODEL, "messages": QUESTION, "temperature": 0, limit: 1000, "max_retries": 0, **options}
    return getattr(asked, method)(response_model=response_model, **options)


@shows_in_modes("question", [instructor.Mode.TOOLS, instructor.Mode.RESPONSES_TOOLS])
def test_without_a_model_the_answer_is_openais(server, mode):
    answer = ask(own(server, mode), mode, None)
    assert "623" in (answer.output_text if APIS[mode] == "responses" else answer.choices[0].message.content)


@shows_in_modes("structured output")
def test_the_answer_is_of_the_class(server, mode):
    answer, completion = ask(own(server, mode), mode, method="create_with_completion")
    assert isinstance(answer, Total) and completion.usage.total_tokens > 0


@shows_in_modes("async")
def test_the_async_client_gives_the_same(server, mode):
    async def run():
        return await ask(own(server, mode, openai.AsyncOpenAI), mode)

    assert asyncio.run(run()).model_dump() == ask(own(server, mode), mode).model_dump()


@shows_in_modes("stream")
def test_partial_objects_grow_to_the_answer(server, mode):
    pieces = list(ask(own(server, mode), mode, method="create_partial"))
    assert len(pieces) > 2 and pieces[0].method is None
    assert pieces[-1].model_dump() == ask(own(server, mode), mode).model_dump()


@shows_in_modes("tools", [instructor.Mode.TOOLS, instructor.Mode.RESPONSES_TOOLS])
def test_the_class_is_called_as_a_tool(server, mode):
    _, completion = ask(own(server, mode), mode, method="create_with_completion")
    if APIS[mode] == "responses":
        [name] = [item.name for item in completion.output if item.type == "function_call"]
    else:
        [name] = [call.function.name for call in completion.choices[0].message.tool_calls]
    assert name == "Total"


@shows_in_modes("errors")
def test_errors_arrive(server, mode):
    with pytest.raises(InstructorRetryException) as bad:
        ask(own(server, mode), mode, temperature=3)
    assert isinstance(bad.value.__cause__, openai.BadRequestError) and bad.value.__cause__.param == "temperature"


@shows_in_modes("retries")
def test_what_does_not_validate_is_asked_again_with_the_complaint(server, mode):
    seen = []

    def not_at_once(value):
        seen.append(value)
        if len(seen) < 3:
            raise ValueError("take another one")
        return value

    class Picky(pydantic.BaseModel):
        result: Annotated[int, pydantic.Field(ge=0, le=9999), pydantic.AfterValidator(not_at_once)]

    answer, completion = ask(own(server, mode), mode, Picky, "create_with_completion", max_retries=3)
    assert len(seen) == 3 and answer.result == seen[-1]
    seen.clear()
    with pytest.raises(InstructorRetryException) as failure:
        ask(own(server, mode), mode, Picky, max_retries=0)
    assert failure.value.n_attempts == 1


@shows_in_modes("retries")
def test_a_failed_request_is_tried_again(faulty, mode):
    faulty.faults = ["error before"]
    assert isinstance(ask(own(faulty, mode, max_retries=1), mode), Total)
    assert faulty.attempts == [("0", "error before"), ("1", None)]
