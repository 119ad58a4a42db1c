"""Bodies that are strange, hostile or large: each is answered, and what is refused says why."""

import json

import pytest
from conftest import MODEL

MESSAGES = [{"role": "user", "content": "What is 348 + 275?"}]
TEXT = "The tanker left Gdańsk at 06:45 with \"348 t\" of ammonia;\nсудно идёт в ночи 🚢\n"


def post(http, body, path="/v1/chat/completions"):
    content = body if isinstance(body, bytes) else body.encode()
    return http.post(path, content=content, headers={"content-type": "application/json"})


def chat(members=""):
    return f'{{"messages": [{{"role": "user", "content": "What is 348 + 275?"}}], "temperature": 0{members}}}'


def refused(response, *words, param=None):
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    assert error["param"] == param and all(word in error["message"] for word in words), error


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", ["empty", "JSON object"]),
        ("[1]", ["must be a JSON object"]),
        (chat() + "x", ["unexpected content", "line 1, column"]),
        (chat()[:-1], ["ends too early"]),
        (chat(', "n": 1, "n": 2'), ['duplicate key "n"']),
        (chat(', "n": 1, "\\u006e": 2'), ['duplicate key "n"']),
        (chat(', "metadata": {"a": {"b": 1, "b": 1}}'), ['duplicate key "b"']),
        (chat(', "seed": 01'), ["invalid number"]),
        (chat(', "temperature": NaN'), ["unexpected character 'N'"]),
        (chat(', "top_p": 1e999'), ["invalid number"]),
        (chat(', "user": "\x00"'), ["control character"]),
        (chat(', "user": "\\x"'), ["invalid escape"]),
        (chat(', "user": "\\ud8"'), ["invalid escape"]),
        (chat().encode() + b"\xef\xbb\xbf", ["unexpected content"]),
        (b"\xef\xbb\xbf" + chat().encode(), ["unexpected byte 239"]),
        (b'{"user": "\xed\xa0\x80"}', ["invalid UTF-8"]),
        (b'{"user": "\xc0\xaf"}', ["invalid UTF-8"]),
        (chat().encode("utf-16"), ["unexpected byte"]),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(http, body, words):
    refused(post(http, body), *words)


@pytest.mark.parametrize(
    ("members", "param", "words"),
    [
        (', "n": "1"', "n", ["whole number", "'1'"]),
        (', "n": 1.0', "n", ["whole number", "1.0"]),
        (', "n": true', "n", ["whole number", "true"]),
        (', "stream": 1', "stream", ["true or false"]),
        (', "stream": "false"', "stream", ["true or false"]),
        (', "stop": 5', "stop", ["a string"]),
        (', "max_tokens": 1e3', "max_tokens", ["whole number"]),
        (', "max_tokens": 99999999999999999999999999', "max_tokens", ["2147483647", "99999999999999999999999999"]),
        (f', "max_tokens": {"9" * 100_000}', "max_tokens", ["2147483647", "99…"]),
        (f', "top_p": {"9" * 100_000}', "top_p", ["at most 1"]),
        (', "seed": 9223372036854775808', "seed", ["9223372036854775807"]),
        (', "logit_bias": {"05": 1}', "logit_bias", ["token ids"]),
        (', "tools": {}', "tools", ["an array"]),
        (', "response_format": "json"', "response_format", ["an object"]),
    ],
)
def test_types_are_strict(http, members, param, words):
    refused(post(http, chat(members)), *words, param=param)


def test_nesting_is_bounded(http):
    for opening, closing in [("[", "]"), ('{"a":', "}")]:
        # The body and `metadata` are two of the 128 levels.
        for levels, status in [(126, 200), (127, 400)]:
            members = f', "metadata": {{"x": {opening * levels}1{closing * levels}}}'
            assert post(http, chat(members)).status_code == status
        refused(post(http, opening * 5_000_000), "more than 128 nested")


def test_numbers_may_be_written_in_any_way(http):
    for text in ["0", "0.0", "-0", "0e5", "0.000000000000000000000000000000000000000001", "1E-400"]:
        body = chat().replace('"temperature": 0', f'"temperature": {text}')
        assert "623" in post(http, body).json()["choices"][0]["message"]["content"]
    for seed in [-(2**63), 2**63 - 1]:
        assert post(http, chat(f', "seed": {seed}')).status_code == 200


def test_lone_surrogates_become_the_replacement_character(http):
    for escape, text in [("\\ud83d", "�"), ("\\ude00x", "�x"), ("\\ud83d\\ud83d\\ude00", "�😀"), ("\\uD83D\\uDE00", "😀")]:
        tokens = post(http, f'{{"prompt": "a{escape}"}}', "/tokenize").json()["tokens"]
        assert http.post("/detokenize", json={"tokens": tokens}).json()["prompt"] == "a" + text
    assert post(http, chat(', "user": "\\udfff"')).status_code == 200


@pytest.mark.parametrize("ascii", [True, False])
def test_a_prompt_of_ten_megabytes_is_read_and_counted(http, ascii):
    text = TEXT * (10_000_000 // len(TEXT.encode()))
    body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": text}]}, ensure_ascii=ascii)
    response = post(http, body)
    assert response.status_code == 400 and response.json()["error"]["code"] == "context_length_exceeded"
    counted = int(response.json()["error"]["message"].split("prompt has ")[1].split()[0])
    one = post(http, json.dumps({"prompt": TEXT * 100}), "/tokenize").json()["count"] / 100
    assert counted == pytest.approx(one * (len(text) // len(TEXT)), rel=0.01)


def test_many_small_messages_are_read(http):
    messages = [{"role": ["user", "assistant"][index % 2], "content": "ab"} for index in range(20_001)]
    response = http.post("/v1/chat/completions", json={"messages": messages})
    assert response.status_code == 400 and response.json()["error"]["code"] == "context_length_exceeded"
    messages[17_777]["content"] = 5
    refused(http.post("/v1/chat/completions", json={"messages": messages}), "string", param="messages[17777].content")
