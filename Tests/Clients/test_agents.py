"""The OpenAI Agents SDK against a running server, with its chat model and its responses model."""

import asyncio

import agents
import openai
import pydantic
import pytest
from conftest import MODEL
from matrix import shows_by_both

QUESTION = "What is 348 + 275?"
LIBRARY = "openai-agents"

# Traces would be sent to OpenAI.
agents.set_tracing_disabled(True)


class Total(pydantic.BaseModel):
    result: int = pydantic.Field(ge=0, le=9999)
    method: str = pydantic.Field(max_length=12)


def agent(server, api, name=MODEL, max_retries=0, settings=None, **options):
    own = openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=max_retries)
    kind = {"chat": agents.OpenAIChatCompletionsModel, "responses": agents.OpenAIResponsesModel}[api]
    settings = agents.ModelSettings(temperature=0, max_tokens=1000, **settings or {})
    return agents.Agent(name="clerk", instructions="Be brief.", model=kind(name, own), model_settings=settings, **options)


def run(starting, question=QUESTION, **options):
    return asyncio.run(agents.Runner.run(starting, question, **options))


class Adder:
    """A tool that knows how often it was called."""

    def __init__(self):
        self.calls = []

        @agents.function_tool
        def add(left: int, right: int) -> int:
            """Adds two numbers."""
            self.calls.append((left, right))
            return left + right

        self.tool = add


@shows_by_both(LIBRARY, "question", "async")
def test_an_agent_answers_and_counts(server, api):
    result = run(agent(server, api))
    assert "623" in result.final_output
    usage = result.context_wrapper.usage
    assert usage.requests == 1 and usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert 0 < usage.output_tokens_details.reasoning_tokens < usage.output_tokens


@shows_by_both(LIBRARY, "question")
def test_a_session_remembers(server, api):
    session = agents.SQLiteSession("conversation")
    first = run(agent(server, api), "hello", session=session)
    second = run(agent(server, api), session=session)
    grown = second.context_wrapper.usage.input_tokens - first.context_wrapper.usage.input_tokens
    assert grown > 10 and "623" in second.final_output


@shows_by_both(LIBRARY, "stream")
def test_a_stream_has_the_deltas_of_the_output(server, api):
    async def deltas():
        result = agents.Runner.run_streamed(agent(server, api), QUESTION)
        events = [event async for event in result.stream_events()]
        raw = [event.data for event in events if event.type == "raw_response_event"]
        return [event.delta for event in raw if event.type == "response.output_text.delta"], events, result.final_output

    texts, events, output = asyncio.run(deltas())
    assert "".join(texts) == output == run(agent(server, api)).final_output and len(texts) > 2
    assert "message_output_created" in [event.name for event in events if event.type == "run_item_stream_event"]


@shows_by_both(LIBRARY, "tools")
@pytest.mark.parametrize("choice", ["required", "add"])
def test_a_tool_is_run_and_the_agent_goes_on(server, api, choice):
    adder = Adder()
    settings = {"tool_choice": choice, "parallel_tool_calls": False}
    result = run(agent(server, api, settings=settings, tools=[adder.tool]))
    assert len(adder.calls) == 1
    [output] = [item.output for item in result.new_items if item.type == "tool_call_output_item"]
    assert output == sum(adder.calls[0])
    assert result.context_wrapper.usage.requests == 2 and result.final_output


@shows_by_both(LIBRARY, "tools", "stream")
def test_a_streamed_call_is_run(server, api):
    adder = Adder()
    clerk = agent(server, api, settings={"tool_choice": "add"}, tools=[adder.tool], tool_use_behavior="stop_on_first_tool")

    async def events():
        result = agents.Runner.run_streamed(clerk, QUESTION)
        return [event.name async for event in result.stream_events() if event.type == "run_item_stream_event"], result.final_output

    names, output = asyncio.run(events())
    assert [name for name in names if name.startswith("tool")] == ["tool_called", "tool_output"] * (len(names) // 2)
    assert int(output) == sum(adder.calls[0])


@shows_by_both(LIBRARY, "tools")
def test_an_agent_hands_over_to_another(server, api):
    other = agent(server, api).clone(name="cashier")
    clerk = agent(server, api, settings={"tool_choice": "transfer_to_cashier"}, handoffs=[other])
    result = run(clerk)
    assert result.last_agent.name == "cashier" and result.final_output
    assert ["handoff_call_item", "handoff_output_item"] == [item.type for item in result.new_items if "handoff" in item.type]


@shows_by_both(LIBRARY, "structured output")
def test_the_output_has_its_type(server, api):
    result = run(agent(server, api, output_type=Total))
    assert isinstance(result.final_output, Total)


@shows_by_both(LIBRARY, "errors")
def test_errors_arrive(server, api):
    with pytest.raises(openai.NotFoundError):
        run(agent(server, api, name="gpt-9"))
    with pytest.raises(openai.BadRequestError) as bad:
        run(agent(server, api, settings={"top_p": 3}))
    assert bad.value.param == "top_p"
    endless = agent(server, api, settings={"tool_choice": "add"}, tools=[Adder().tool], reset_tool_choice=False)
    with pytest.raises(agents.MaxTurnsExceeded):
        run(endless, max_turns=2)


@shows_by_both(LIBRARY, "retries")
@pytest.mark.parametrize("fault", ["error before", "reset after"])
def test_the_client_tries_again(faulty, api, fault):
    faulty.faults = [fault]
    assert "623" in run(agent(faulty, api, max_retries=1)).final_output
    assert faulty.attempts == [("0", fault), ("1", None)]


@shows_by_both(LIBRARY, "retries")
def test_the_runner_tries_again(faulty, api):
    faulty.faults = ["error before"] * 2
    policy = agents.retry_policies.http_status([500])
    settings = {"retry": agents.ModelRetrySettings(max_retries=2, policy=policy, backoff={"initial_delay": 0.01})}
    assert "623" in run(agent(faulty, api, settings=settings)).final_output
    assert len(faulty.attempts) == 3
