"""langchain-openai against a running server, by chat completions and by responses."""

import asyncio
import json

import httpx2
import openai
import pydantic
import pytest
from conftest import MODEL
from langchain_core.exceptions import ContextOverflowError
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from matrix import shows_by_both

QUESTION = "What is 348 + 275?"
LIBRARY = "langchain-openai"


class Total(pydantic.BaseModel):
    """The sum of what was asked."""

    result: int = pydantic.Field(ge=0, le=9999)
    method: str = pydantic.Field(max_length=12)


@tool
def add(left: int, right: int) -> int:
    """Adds two numbers."""
    return left + right


def model(server, api, **options):
    options = {"temperature": 0, "max_retries": 0, "max_tokens": 1000, **options}
    return ChatOpenAI(base_url=f"{server.url}/v1", api_key="none", model=MODEL, use_responses_api=api == "responses", **options)


@shows_by_both(LIBRARY, "question")
def test_a_question_is_answered(server, api):
    message = model(server, api).invoke([SystemMessage("Be brief."), HumanMessage(QUESTION)])
    assert "623" in message.text
    usage = message.usage_metadata
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert 0 < usage["output_token_details"]["reasoning"] < usage["output_tokens"]
    kinds = [block["type"] for block in message.content_blocks]
    assert kinds == (["reasoning", "text"] if api == "responses" else ["text"])


@shows_by_both(LIBRARY, "async")
def test_the_async_methods_answer_several_at_once(server, api):
    async def run():
        # Without a client of its own a model takes one that belongs to the loop of another test.
        llm = model(server, api, http_async_client=httpx2.AsyncClient(timeout=60))
        answers = await llm.abatch([QUESTION, "hello", QUESTION])
        return answers, "".join([chunk.text async for chunk in llm.astream(QUESTION)])

    answers, streamed = asyncio.run(run())
    assert answers[0].text == answers[2].text == streamed and "623" in streamed


@shows_by_both(LIBRARY, "stream")
def test_a_stream_adds_up_to_the_message(server, api):
    llm = model(server, api, stream_usage=True)
    whole = llm.invoke(QUESTION)
    chunks = list(llm.stream(QUESTION))
    joined = chunks[0]
    for chunk in chunks[1:]:
        joined = joined + chunk
    assert joined.text == whole.text and len([chunk for chunk in chunks if chunk.text]) > 2
    assert joined.usage_metadata == whole.usage_metadata


@shows_by_both(LIBRARY, "tools")
@pytest.mark.parametrize("choice", ["any", "add"])
def test_a_tool_is_called_and_its_result_is_read(server, api, choice):
    llm = model(server, api).bind_tools([add, Total], tool_choice=choice, parallel_tool_calls=False)
    question = HumanMessage(QUESTION)
    message = llm.invoke([question])
    [call] = message.tool_calls
    assert not message.invalid_tool_calls and choice in ("any", call["name"])
    streamed = None
    for chunk in llm.stream([question]):
        streamed = chunk if streamed is None else streamed + chunk
    assert [(call["name"], call["args"])] == [(one["name"], one["args"]) for one in streamed.tool_calls]
    result = add.invoke(call) if call["name"] == "add" else ToolMessage("623", tool_call_id=call["id"])
    final = model(server, api).bind_tools([add]).invoke([question, message, result])
    assert isinstance(final, AIMessage) and final.text


@shows_by_both(LIBRARY, "structured output")
@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_structured_output_is_of_the_class(server, api, method):
    form = model(server, api).with_structured_output(Total, method=method, strict=True, include_raw=True)
    answer = form.invoke(QUESTION)
    assert answer["parsing_error"] is None and isinstance(answer["parsed"], Total)
    form = model(server, api).with_structured_output(Total.model_json_schema(), method=method)
    pieces = list(form.stream(QUESTION))
    Total.model_validate(pieces[-1])


@shows_by_both(LIBRARY, "structured output")
def test_json_mode_gives_an_object(server, api):
    for seed in range(3):
        llm = model(server, api, temperature=0.8, extra_body={"seed": seed})
        answer = llm.with_structured_output(None, method="json_mode", include_raw=True).invoke("Answer in JSON: " + QUESTION)
        finished = answer["raw"].response_metadata
        if "length" not in json.dumps(finished) and "incomplete" not in json.dumps(finished):
            assert isinstance(answer["parsed"], dict)


@shows_by_both(LIBRARY, "errors")
def test_errors_are_the_librarys_own(server, api):
    with pytest.raises(ContextOverflowError):
        model(server, api).invoke("1 2 3 4 5 6 7 8 9 " * 3_000)
    with pytest.raises(openai.NotFoundError) as missing:
        model(server, api).model_copy(update={"model_name": "gpt-9"}).invoke(QUESTION)
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as bad:
        model(server, api, temperature=3).invoke(QUESTION)
    assert bad.value.param == "temperature"


@shows_by_both(LIBRARY, "retries")
@pytest.mark.parametrize("fault", ["error before", "reset after"])
def test_a_failed_request_is_tried_again(faulty, api, fault):
    faulty.faults = [fault]
    assert "623" in model(faulty, api, max_retries=1).invoke(QUESTION).text
    assert faulty.attempts == [("0", fault), ("1", None)]


@shows_by_both(LIBRARY, "retries")
def test_with_retry_and_fallbacks_go_on(faulty, server, api):
    faulty.faults = ["error before"] * 2
    llm = model(faulty, api)
    assert llm.with_retry(stop_after_attempt=3, wait_exponential_jitter=False).invoke(QUESTION).text
    assert len(faulty.attempts) == 3
    faulty.faults = ["error before"]
    assert "623" in llm.with_fallbacks([model(server, api)]).invoke(QUESTION).text
