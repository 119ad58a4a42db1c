"""Completions of raw prompts, by the official client."""

import openai
import pytest
from conftest import MODEL

QUESTION = "<SPECIAL_10>System\n\n<SPECIAL_11>User\nWhat is 348 + 275?\n<SPECIAL_11>Assistant\n"
THINKING = QUESTION + "<think>\n"
RAW = {"add_special_tokens": False}


def complete(client, prompt, extra_body=RAW, **options):
    options = {"temperature": 0, **options}
    return client.completions.create(model=MODEL, prompt=prompt, extra_body=extra_body, **options)


def test_a_raw_prompt_is_what_a_chat_renders(client):
    chat = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "What is 348 + 275?"}], temperature=0
    )
    raw = complete(client, THINKING)
    message = chat.choices[0].message
    assert raw.object == "text_completion" and raw.id.startswith("cmpl-")
    assert raw.choices[0].text == f"{message.reasoning_content}\n</think>\n\n{message.content}"
    assert raw.choices[0].finish_reason == "stop"
    assert raw.usage.completion_tokens_details.reasoning_tokens > 0
    assert raw.usage.completion_tokens == chat.usage.completion_tokens


def test_a_stream_joins_to_the_body(client):
    body = complete(client, THINKING, echo=True)
    chunks = list(complete(client, THINKING, echo=True, stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].text for chunk in chunks[:-1]) == body.choices[0].text
    assert body.choices[0].text.startswith(THINKING)
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == body.usage.completion_tokens


def test_tokens_are_prompts_too(client, http):
    tokens = http.post("/tokenize", json={"prompt": THINKING, "add_special_tokens": False}).json()["tokens"]
    assert complete(client, tokens).choices[0].text == complete(client, THINKING).choices[0].text


def test_choices_of_several_prompts_are_numbered_through(client):
    answers = complete(client, ["one", "two", "three"], n=2, best_of=2, echo=True, max_tokens=3)
    assert [choice.index for choice in answers.choices] == list(range(6))
    starts = ["one", "one", "two", "two", "three", "three"]
    assert all(choice.text.startswith(start) for choice, start in zip(answers.choices, starts))
    assert answers.usage.completion_tokens <= 18


@pytest.mark.parametrize(("budget", "used"), [(0, 0), (5, 5)])
def test_budgets_bound_raw_thoughts(client, budget, used):
    answer = complete(client, THINKING, extra_body={**RAW, "max_think_tokens": budget})
    assert answer.usage.completion_tokens_details.reasoning_tokens == used
    assert answer.choices[0].text


def test_what_cannot_be_is_named(client):
    for options, param in [({"suffix": "x"}, "suffix"), ({"best_of": 3}, "best_of"), ({"logprobs": 21}, "logprobs")]:
        with pytest.raises(openai.BadRequestError) as error:
            complete(client, "x", **options)
        assert error.value.param == param
