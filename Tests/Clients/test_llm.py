"""The `llm` command and library against a running server, told of it by its file of extra models."""

import asyncio
import json
import os
import subprocess
import sys

import llm
import openai
import pydantic
import pytest
import yaml
from conftest import MODEL
from matrix import shows, shows_by_both

QUESTION = "What is 348 + 275?"
OPTIONS = {"temperature": 0, "max_tokens": 1000}
SCHEMA = {
    "type": "object",
    "properties": {"result": {"type": "integer", "minimum": 0, "maximum": 9999}},
    "required": ["result"],
    "additionalProperties": False,
}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path))
    monkeypatch.setenv("LLM_LOAD_PLUGINS", "")
    return tmp_path


@pytest.fixture
def told(home):
    """Tells `llm` of a server: models called chat and responses, and one whose model does not exist."""

    def tell(server):
        common = {"model_name": MODEL, "api_base": f"{server.url}/v1", "supports_schema": True, "supports_tools": True}
        models = [{"model_id": "chat", **common}, {"model_id": "responses", "responses": True, **common}]
        models.append({"model_id": "missing", **common, "model_name": "gpt-9"})
        (home / "extra-openai-models.yaml").write_text(yaml.safe_dump(models))

    return tell


def command(*arguments, code=0):
    """Runs `llm` and returns what it wrote, to standard error if it failed."""
    ended = subprocess.run([sys.executable, "-m", "llm", *arguments], capture_output=True, text=True, timeout=60, env=os.environ)
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stderr if code else ended.stdout


@shows_by_both("llm", "question")
def test_a_conversation_counts_its_tokens(server, told, api):
    told(server)
    conversation = llm.get_model(api).conversation()
    first = conversation.prompt("hello", system="Be brief.", stream=False, **OPTIONS)
    assert first.text()
    second = conversation.prompt(QUESTION, stream=False, **OPTIONS)
    assert "623" in second.text()
    assert second.usage().input > first.usage().input + 10 and second.usage().output > 0


@shows_by_both("llm", "question")
def test_the_command_answers_and_logs(server, told, api):
    told(server)
    assert "623" in command("-m", api, "--no-stream", "-o", "temperature", "0", QUESTION)
    [entry] = json.loads(command("logs", "--json"))
    assert entry["model"] == api and "623" in entry["response"] and entry["output_tokens"] > 0
    assert "623" in command("-m", api, "-o", "temperature", "0", "--continue", "And again: " + QUESTION)


@shows_by_both("llm", "async")
def test_the_async_model_streams(server, told, api):
    told(server)

    async def run():
        return [piece async for piece in llm.get_async_model(api).prompt(QUESTION, **OPTIONS)]

    pieces = asyncio.run(run())
    assert "623" in "".join(pieces) and len(pieces) > 2


@shows_by_both("llm", "stream")
def test_a_stream_joins_to_the_text(server, told, api):
    told(server)
    streamed = llm.get_model(api).prompt(QUESTION, **OPTIONS)
    pieces = list(streamed)
    whole = llm.get_model(api).prompt(QUESTION, stream=False, **OPTIONS)
    assert "".join(pieces) == whole.text() and len(pieces) > 2
    assert streamed.usage().output == whole.usage().output


@shows_by_both("llm", "tools")
@pytest.mark.parametrize("stream", [True, False])
def test_a_chain_calls_a_tool_and_goes_on(faulty, told, api, stream):
    def add(left: int, right: int) -> int:
        """Adds two numbers."""
        return left + right

    def insist(body):
        # `llm` leaves the choice to the model, which here is too small to make it.
        body = json.loads(body)
        bodies.append(body)
        return json.dumps({**body, "tool_choice": "required", "parallel_tool_calls": False} if len(bodies) == 1 else body).encode()

    bodies = []
    faulty.change = insist
    told(faulty)
    chain = llm.get_model(api).chain(QUESTION, tools=[add], stream=stream, options=OPTIONS)
    call, answer = list(chain.responses())
    assert answer.text()
    [made] = call.tool_calls()
    assert made.name == "add" and not answer.tool_calls() and len(bodies) == 2
    assert str(made.arguments["left"] + made.arguments["right"]) in json.dumps(bodies[1])


@shows_by_both("llm", "structured output")
def test_a_schema_is_kept(server, told, api):
    class Total(pydantic.BaseModel):
        result: int = pydantic.Field(ge=0, le=9999)

    told(server)
    answer = llm.get_model(api).prompt(QUESTION, schema=Total, **OPTIONS)
    Total.model_validate_json(answer.text())
    written = command("-m", api, "--schema", json.dumps(SCHEMA), "-o", "temperature", "0", QUESTION)
    Total.model_validate_json(written)


@shows_by_both("llm", "errors")
def test_errors_arrive(server, told, api):
    told(server)
    with pytest.raises(openai.BadRequestError) as bad:
        llm.get_model(api).prompt(QUESTION, temperature=0, max_tokens=-1).text()
    assert bad.value.param in ("max_tokens", "max_output_tokens")
    assert "does not exist" in command("-m", "missing", QUESTION, code=1)


@shows_by_both("llm", "retries")
@pytest.mark.parametrize("fault", ["error before", "reset after"])
def test_a_failed_request_is_tried_again(faulty, told, api, fault):
    faulty.faults = [fault]
    told(faulty)
    assert "623" in llm.get_model(api).prompt(QUESTION, **OPTIONS).text()
    assert faulty.attempts == [("0", fault), ("1", None)]


@shows("llm", "question")
@shows("llm", "stream")
def test_an_endpoint_needs_no_file(server):
    url = f"{server.url}/v1"
    assert MODEL in command("openai", "endpoint", url, "--models").split()
    assert "623" in command("openai", "endpoint", url, "-m", MODEL, "-o", "temperature", "0", QUESTION)
