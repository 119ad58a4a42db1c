"""Every status arrives as the exception that OpenAI's client has for it, with a message that says what to change."""

import openai
import pytest
from busy import busy_server
from conftest import MODEL, Server
from matrix import shows
from test_meter import Books

QUESTION = {"model": MODEL, "messages": [{"role": "user", "content": "What is 348 + 275?"}], "temperature": 0}
LONG = {**QUESTION, "stream": True, "extra_body": {"ignore_eos": True}, "max_completion_tokens": 1500}


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    return Books("--data-dir", tmp_path_factory.mktemp("errors") / "data")


@pytest.fixture(scope="module")
def billed(books):
    with books.server() as running:
        yield running


@pytest.fixture
def paying(billed, books):
    return billed.openai(api_key=books.key)


def ask(client, **options):
    return client.chat.completions.create(**{**QUESTION, **options})


def refused(kind, status, call, code, *words):
    """The exception of a call that is refused with exactly this class and status, and says these words."""
    with pytest.raises(openai.APIStatusError) as caught:
        call()
    error = caught.value
    assert type(error) is kind and error.status_code == status, (type(error), error)
    assert error.code == code and set(error.body) == {"message", "type", "param", "code"}
    for word in words:
        assert word in error.message, error.message
    return error


def test_400_names_the_parameter_and_its_range(paying):
    error = refused(openai.BadRequestError, 400, lambda: ask(paying, top_p=2), "invalid_value", "at most 1", "was 2")
    assert error.param == "top_p"
    error = refused(openai.BadRequestError, 400, lambda: ask(paying, n="2"), "invalid_type", "whole number", "'2'")
    assert error.param == "n"
    unknown = {"extra_body": {"max_thinking_token": 5}}
    error = refused(openai.BadRequestError, 400, lambda: ask(paying, **unknown), "unknown_parameter", "did you mean")
    assert error.param == "max_thinking_token"


def test_401_says_what_to_send(billed):
    call = billed.openai(api_key="none").models.list
    refused(openai.AuthenticationError, 401, call, "invalid_api_key", "operator")


def test_402_says_what_costs_less(billed, books):
    books.command("account", "create", "poor")
    poor = billed.openai(api_key=books.command("key", "create", "--account", "poor").strip())
    refused(openai.APIStatusError, 402, lambda: ask(poor), "insufficient_funds", "'max_completion_tokens'", "add money")


def test_403_says_who_may(paying):
    call = lambda: paying.get("/usage?account=poor", cast_to=object)
    refused(openai.PermissionDeniedError, 403, call, "insufficient_permissions", "admin")


def test_404_says_what_there_is(paying):
    refused(openai.NotFoundError, 404, lambda: ask(paying, model="gpt-9"), "model_not_found", MODEL)
    refused(openai.NotFoundError, 404, lambda: paying.responses.retrieve("resp_0"), "response_not_found", "latest")
    refused(openai.NotFoundError, 404, lambda: paying.get("/nothing", cast_to=object), "not_found", "/v1/nothing")


def test_409_and_422_are_about_idempotency_keys(paying):
    headers = {"extra_headers": {"Idempotency-Key": "one"}}
    with ask(paying, **LONG, **headers) as stream:
        next(iter(stream))
        refused(openai.ConflictError, 409, lambda: ask(paying, **LONG, **headers), "idempotency_key_in_use", "again")
    headers = {"extra_headers": {"Idempotency-Key": "two"}}
    ask(paying, **headers)
    call = lambda: ask(paying, n=2, **headers)
    refused(openai.UnprocessableEntityError, 422, call, "idempotency_key_reused", "new key")


def test_413_says_how_much_is_taken(paying):
    huge = [{"role": "user", "content": "x" * (33 << 20)}]
    with pytest.raises(openai.APIStatusError) as error:
        ask(paying, messages=huge)
    assert error.value.status_code == 413 and "33554432" in error.value.message


@shows("openai", "errors")
def test_429_names_the_limit(billed, books):
    key = books.command("key", "create", "--account", "acme", "--requests-per-minute", "1").strip()
    client = billed.openai(api_key=key)
    ask(client)
    error = refused(openai.RateLimitError, 429, lambda: ask(client), "rate_limit_exceeded", "requests")
    assert int(error.response.headers["retry-after"]) > 0


@shows("openai", "errors")
def test_503_and_504_are_the_servers_and_say_what_to_try():
    environment = {"ACTUARY_ENGINE_MAX_SEQUENCES": "1", "ACTUARY_ENGINE_MAX_QUEUED_REQUESTS": "0"}
    with Server(environment=environment) as server:
        client = server.openai()
        with ask(client, **LONG) as stream:
            next(iter(stream))
            error = refused(openai.InternalServerError, 503, lambda: ask(client), "server_overloaded", "again later")
            assert error.response.headers["x-should-retry"] == "true"
        slow = {**LONG, "stream": False, "extra_headers": {"x-request-timeout": "0.05"}}
        refused(openai.InternalServerError, 504, lambda: ask(client, **slow), "deadline_exceeded", "'stream': true")


@shows("openai", "retries")
def test_a_client_that_may_asks_a_busy_server_again():
    with busy_server() as server:
        raw = server.openai(max_retries=6).chat.completions.with_raw_response.create(**QUESTION)
        assert raw.retries_taken > 0 and "623" in raw.parse().choices[0].message.content


@shows("openai", "errors")
def test_an_error_inside_a_stream_is_raised():
    with Server(environment={"ACTUARY_SERVER_DRAIN_TIMEOUT": "0"}) as server:
        stream = iter(ask(server.openai(), **LONG))
        next(stream)
        server.process.terminate()
        with pytest.raises(openai.APIError, match="shut down before this request was complete. Try again"):
            list(stream)
