"""Every name of a bound through the real OpenAI client and over HTTP, and control of a running answer."""

import json

import openai
import pytest
from conftest import FIXTURES, MODEL, Server, run

QUESTION = [{"role": "user", "content": "Compute 47*36"}]


def nested(path, value):
    """The body's member at a path of one or two names."""
    first, *rest = path.split(".")
    return {first: nested(rest[0], value) if rest else value}


def ask(client, body=None, **options):
    """The answer and its headers."""
    raw = client.chat.completions.with_raw_response.create(
        **{"model": MODEL, "messages": QUESTION, "temperature": 0, "extra_body": body, **options}
    )
    return raw.parse(), raw.headers


def check(answer, headers, budget, source):
    thinking = answer.usage.thinking
    assert thinking["budget"] == budget and thinking["budget_source"] == source
    assert headers["x-think-budget"] == ("unlimited" if budget is None else str(budget))
    assert headers["x-think-budget-source"] == source
    assert thinking["enabled"] == (budget != 0)
    assert budget is None or thinking["used"] <= budget
    assert thinking["used"] == answer.usage.completion_tokens_details.reasoning_tokens
    assert thinking["used"] + thinking["answer_tokens"] + thinking["forced_tokens"] == answer.usage.completion_tokens


BOUNDS = [
    "max_think_tokens", "thinking_token_budget", "max_thinking_tokens", "nvext.max_thinking_tokens",
    "thinking_budget_tokens", "reasoning_budget_tokens", "thinking_budget", "thinking.budget_tokens",
    "reasoning.max_tokens", "custom_params.thinking_budget", "chat_template_kwargs.thinking_budget",
    "chat_template_kwargs.max_think_tokens",
]  # fmt: skip
SWITCHES = [
    "chat_template_kwargs.enable_thinking", "chat_template_kwargs.thinking", "reasoning.enabled", "enable_thinking", "think",
]  # fmt: skip
EFFORTS = ["reasoning_effort", "reasoning.effort", "output_config.effort", "think"]


@pytest.mark.parametrize("path", BOUNDS)
def test_a_bound_under_each_name(client, path):
    for budget in (0, 9):
        answer, headers = ask(client, nested(path, budget))
        check(answer, headers, budget, path)
        assert answer.usage.thinking["ended_by"] == ("budget" if budget else "disabled")
    with pytest.raises(openai.BadRequestError) as fraction:
        ask(client, nested(path, 1.5))
    assert fraction.value.param == path
    if path != "max_think_tokens":
        with pytest.raises(openai.BadRequestError) as two:
            ask(client, {**nested(path, 9), "max_think_tokens": 8})
        assert path in two.value.message and "max_think_tokens" in two.value.message


@pytest.mark.parametrize("path", SWITCHES)
def test_each_switch(client, path):
    check(*ask(client, nested(path, False)), 0, path)
    check(*ask(client, nested(path, True), messages=[{"role": "user", "content": "Compute 3*4 /no_think"}]), None, path)


@pytest.mark.parametrize(("word", "budget"), [("enabled", None), ("adaptive", None), ("disabled", 0)])
def test_the_type_of_thinking(client, word, budget):
    check(*ask(client, {"thinking": {"type": word}}), budget, "thinking.type")


@pytest.mark.parametrize("path", EFFORTS)
def test_each_effort(client, path):
    for word, tokens in [("none", 0), ("minimal", 128), ("low", 1024), ("max", 16384)]:
        check(*ask(client, nested(path, word)), tokens, path)


def test_the_clients_own_parameter_for_efforts(client):
    check(*ask(client, reasoning_effort="high"), 4096, "reasoning_effort")


def test_the_operators_table_of_efforts():
    with Server(environment={"ACTUARY_THINKING_EFFORT_LOW": "7", "ACTUARY_THINKING_MAX_THINK_TOKENS_CAP": "20"}) as server:
        check(*ask(server.openai(), reasoning_effort="low"), 7, "reasoning_effort")
        check(*ask(server.openai(), reasoning_effort="medium"), 20, "reasoning_effort")


@pytest.mark.parametrize(
    ("suffix", "budget"), [("think=9", 9), ("think=0", 0), ("no_think", 0), ("think", None), ("low", 1024), ("none", 0)]
)
def test_the_models_name(client, http, suffix, budget):
    name = f"{MODEL}:{suffix}"
    answer, headers = ask(client, model=name)
    check(answer, headers, budget, "model_suffix")
    assert answer.model == name
    described = client.models.retrieve(name)
    assert described.id == name and described.model_dump()["root"] == MODEL
    rendered = http.post("/v1/chat/completions/render", json={"model": name, "messages": QUESTION})
    assert rendered.headers["x-think-budget-source"] == "model_suffix"
    assert rendered.json()["prompt"].endswith("<think></think>" if budget == 0 else "<think>\n")


def test_names_that_are_none(client):
    listed = [model.id for model in client.models.list()]
    for name in listed:
        assert client.models.retrieve(name).id == name
    assert {f"{MODEL}:no_think", f"{MODEL}:low", f"{MODEL}:think=512"} <= set(listed)
    with pytest.raises(openai.NotFoundError):
        ask(client, model=f"{MODEL}:latest")
    with pytest.raises(openai.BadRequestError) as bad:
        ask(client, model=f"{MODEL}:think=many")
    assert bad.value.param == "model"


def test_the_header_and_what_outranks_it(client):
    header = {"x-max-think-tokens": "9"}
    check(*ask(client, extra_headers=header), 9, "header")
    check(*ask(client, model=f"{MODEL}:think=5", extra_headers=header), 5, "model_suffix")
    check(*ask(client, messages=[{"role": "user", "content": "hello /no_think"}], extra_headers=header), 0, "message")
    check(*ask(client, {"max_think_tokens": 4}, model=f"{MODEL}:low", extra_headers=header), 4, "max_think_tokens")
    check(*ask(client, extra_headers={"x-max-think-tokens": "-1"}), None, "server_default")
    with pytest.raises(openai.BadRequestError) as bad:
        ask(client, extra_headers={"x-max-think-tokens": "1.5"})
    assert bad.value.param == "x-max-think-tokens"


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"max_think_tokens": 5, "thinking_budget": 6}, ["max_think_tokens", "thinking_budget"]),
        ({"max_think_tokens": 5, "enable_thinking": False}, ["max_think_tokens", "enable_thinking"]),
        ({"thinking": {"type": "disabled", "budget_tokens": 64}}, ["thinking.type", "thinking.budget_tokens"]),
        ({"think": True, "enable_thinking": False}, ["think", "enable_thinking"]),
        ({"reasoning_effort": "low", "reasoning": {"effort": "high"}}, ["reasoning_effort", "reasoning.effort"]),
        ({"reasoning_effort": "none", "think": True}, ["reasoning_effort", "think"]),
    ],
)
def test_contradictions_name_both_fields(http, body, names):
    for path in ("/v1/chat/completions", "/v1/chat/completions/render", "/tokenize"):
        response = http.post(path, json={"messages": QUESTION, **body})
        assert response.status_code == 400
        error = response.json()["error"]
        assert error["param"] in names and all(f"'{name}'" in error["message"] for name in names)


@pytest.mark.parametrize(
    "name", ["max_thinkin_tokens", "thinkingBudget", "budget_tokens", "reasoning_max_tokens", "max_reasoning_tokens"]
)
def test_misspelt_bounds_get_the_right_name(http, name):
    response = http.post("/v1/chat/completions", json={"messages": QUESTION, name: 5})
    assert response.status_code == 400 and "max_think_tokens" in response.json()["error"]["message"]


def test_variables_of_the_template(http):
    kwargs = {"chat_template_kwargs": {"colour": "blue", "enable_thinking": False}}
    response = http.post("/v1/chat/completions", json={"messages": QUESTION, **kwargs})
    assert response.status_code == 200 and response.json()["usage"]["thinking"]["used"] == 0
    bound = {"chat_template_kwargs": {"max_thinking_tokens": 5}}
    response = http.post("/v1/chat/completions", json={"messages": QUESTION, **bound})
    assert response.json()["error"]["param"] == "chat_template_kwargs.max_thinking_tokens"


@pytest.mark.parametrize("text", ["", "a<think>b", "<SPECIAL_12>", "x</think>y<think>z", "</think></think>ok"])
def test_any_closing_text(http, text):
    body = {"messages": QUESTION, "temperature": 0, "max_think_tokens": 9, "think_close_text": text}
    answer = http.post("/v1/chat/completions", json={**body, "max_completion_tokens": 80}).json()
    message, thinking = answer["choices"][0]["message"], answer["usage"]["thinking"]
    assert thinking["ended_by"] == "budget" and thinking["used"] == 9
    assert "think>" not in message["content"] and message["content"]


def test_a_stream_carries_the_headers_and_the_report(client):
    raw = client.chat.completions.with_raw_response.create(
        model=MODEL, messages=QUESTION, temperature=0, stream=True, stream_options={"include_usage": True},
        extra_body={"thinking": {"type": "enabled", "budget_tokens": 12}},
    )  # fmt: skip
    assert raw.headers["x-think-budget"] == "12" and raw.headers["x-think-budget-source"] == "thinking.budget_tokens"
    usage = list(raw.parse())[-1].usage
    assert usage.thinking["budget"] == 12 and usage.thinking["used"] == 12 and usage.thinking["ended_by"] == "budget"


# Control: a model with made-up weights never ends its thought, and has 4,000 tokens to do so.


@pytest.fixture(scope="module")
def endless():
    folder = FIXTURES / "models" / "hybrid-two-groups"
    conversations = json.loads((folder / "expected_chat.json").read_text())
    messages = next(
        one["messages"] for one in conversations if one["finish_reason"] == "length" and one["prompt"].endswith("<think>\n")
    )
    with Server("--model", str(folder)) as server:
        yield server, messages


def stream_of(server, messages, api_key="none", **options):
    """A stream that is long before its end when its reader has read only its beginning: there is too much of it."""
    return server.openai(api_key=api_key).chat.completions.create(
        model="hybrid-two-groups", messages=messages, temperature=0, stream=True, logprobs=True, top_logprobs=20,
        stream_options={"include_usage": True}, **options,
    )  # fmt: skip


def control(server, **body):
    with server.http() as http:
        return http.post("/v1/chat/completions/control", json=body)


@pytest.mark.parametrize("n", [1, 3])
def test_a_running_thought_is_ended(endless, n):
    server, messages = endless
    stream = stream_of(server, messages, n=n, max_completion_tokens=3_500)
    name = next(iter(stream)).id
    reply = control(server, id=name, action="end_thinking")
    assert reply.status_code == 200, reply.text
    report = reply.json()
    assert report["id"] == name and report["applied"] and len(report["choices"]) == n
    assert all(choice["applied"] and not choice["thinking"] for choice in report["choices"])
    again = control(server, id=name, action="end_thinking").json()
    assert not again.get("applied", False), "it thinks no more"
    usage = list(stream)[-1].usage
    assert usage.thinking["ended_by"] == "control"
    # Nothing was thought after the reply.
    assert usage.thinking["used"] == sum(choice["used"] for choice in report["choices"])
    assert usage.thinking["used"] < 3_000 * n and usage.thinking["forced_tokens"] >= n
    assert control(server, id=name, action="end_thinking").status_code == 404, "it has ended"


def test_a_running_thought_is_extended(endless):
    server, messages = endless
    stream = stream_of(server, messages, max_completion_tokens=3_900, extra_body={"max_think_tokens": 3_000})
    name = next(iter(stream)).id
    report = control(server, id=name, action="extend_thinking", tokens=200).json()
    assert report["choices"] == [
        {"index": 0, "applied": True, "thinking": True, "budget": 3_200, "used": report["choices"][0]["used"]}
    ]
    usage = list(stream)[-1].usage
    assert usage.thinking["used"] == 3_200 and usage.thinking["budget"] == 3_200
    assert usage.thinking["ended_by"] == "budget"


def test_an_extension_stops_at_the_cap(endless):
    _, messages = endless
    folder = FIXTURES / "models" / "hybrid-two-groups"
    with Server("--model", str(folder), environment={"ACTUARY_THINKING_MAX_THINK_TOKENS_CAP": "3000"}) as server:
        stream = stream_of(server, messages, max_completion_tokens=3_900, extra_body={"max_think_tokens": 2_900})
        name = next(iter(stream)).id
        assert control(server, id=name, action="extend_thinking", tokens=500).json()["choices"][0]["budget"] == 3_000
        assert list(stream)[-1].usage.thinking["used"] == 3_000


PRICES = """version: test
models:
  hybrid-two-groups: {prompt: 1000, cached_prompt: 250, thinking: 5000, answer: 4000, surplus_thinking: 1250}
"""


@pytest.fixture
def paying(endless, tmp_path):
    """A server that bills, the conversation, a command on its ledger, and the account's key."""
    _, messages = endless
    prices = tmp_path / "prices.yaml"
    prices.write_text(PRICES)
    data = str(tmp_path / "data")

    def command(*arguments):
        result = run(*arguments, "--data-dir", data)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout.strip()

    command("account", "create", "acme", "--kind", "prepaid")
    key = command("key", "create", "--account", "acme")
    folder = FIXTURES / "models" / "hybrid-two-groups"
    with Server("--model", str(folder), "--data-dir", data, "--prices", str(prices)) as server:
        yield server, messages, command, key
    command("ledger", "verify")
    command("ledger", "reconcile")


def test_a_longer_thought_is_paid_for_first(paying):
    server, messages, command, key = paying
    body = {"messages": messages, "max_completion_tokens": 3_900, "max_think_tokens": 3_000}
    with server.http(headers={"authorization": f"Bearer {key}"}) as http:
        worst = http.post("/v1/quote", json=body).json()["worst_case"]["cost"]
        # 300 tokens more that are thoughts and not answer: 1,000 picodollars each.
        command("account", "grant", "acme", "--usd", f"{worst + 300_000e-12:.12f}")
        stream = stream_of(
            server, messages, api_key=key, max_completion_tokens=3_900, extra_body={"max_think_tokens": 3_000}
        )
        name = next(iter(stream)).id
        more = {"id": name, "action": "extend_thinking"}
        assert http.post("/v1/chat/completions/control", json={**more, "tokens": 500}).status_code == 402
        extended = http.post("/v1/chat/completions/control", json={**more, "tokens": 200}).json()
        assert extended["choices"][0]["budget"] == 3_200
        usage = list(stream)[-1].usage
    assert usage.thinking["used"] == 3_200 and usage.thinking["ended_by"] == "budget"
    assert usage.cost > worst and usage.cost_details["thinking"] == pytest.approx(3_200 * 5000e-12, rel=1e-12)


def test_credits_shorten_an_extension(paying):
    server, messages, command, key = paying
    command("account", "grant", "acme", "--usd", "1")
    command("account", "grant", "acme", "--credits", "3100")
    stream = stream_of(
        server, messages, api_key=key, max_completion_tokens=3_900, extra_body={"max_think_tokens": 3_000}
    )
    name = next(iter(stream)).id
    with server.http(headers={"authorization": f"Bearer {key}"}) as http:
        for _ in range(2):
            reply = http.post(
                "/v1/chat/completions/control", json={"id": name, "action": "extend_thinking", "tokens": 200}
            )
            assert reply.json()["choices"][0]["budget"] == 3_100
        usage = list(stream)[-1].usage
        assert usage.thinking["used"] == 3_100 and usage.thinking["ended_by"] == "credits"
        assert http.get("/v1/credits").json()["available"] == 0


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"id": "chatcmpl-none", "action": "end_thinking"}, 404, "id"),
        ({"id": "chatcmpl-none", "action": "stop"}, 400, "action"),
        ({"action": "end_thinking"}, 400, "id"),
        ({"id": "chatcmpl-none", "action": "extend_thinking"}, 400, "tokens"),
        ({"id": "chatcmpl-none", "action": "extend_thinking", "tokens": -5}, 400, "tokens"),
        ({"id": "chatcmpl-none", "action": "extend_thinking", "tokens": 5}, 404, "id"),
    ],
)
def test_control_refuses(server, body, status, param):
    reply = control(server, **body)
    assert reply.status_code == status and reply.json()["error"]["param"] == param
