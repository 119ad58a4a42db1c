"""Random conversations, with everything in them that a template could trip over."""

WORDS = [
    "hello", "world", " ", "  ", "\n", "\t", "/think", "/no_think", "/no_", "think", "/th", "ink", "<think>", "</think>",
    "<SPECIAL_10>", "<SPECIAL_11>", "<SPECIAL_12>", "<TOOLCALL>", "Grüße", "日本語", "🙂", "e\u0301", "\u00a0", "\u3000",
    "\u2028", "\u0085", "\u200b", "\ufeff", "\u001c", "\r\n", "{{ x }}", "{% if %}", "'", '"', "\\", "<b>&amp;</b>", "0",
    "None", "Assistant\n", "User\n", "x" * 40, "\u0000",
]


def text(rng, most=8):
    return "".join(rng.choice(WORDS) for _ in range(rng.randrange(most + 1)))


def value(rng, depth=0):
    """A random JSON value."""
    kind = rng.randrange(10 if depth < 3 else 6)
    if kind == 0:
        return None
    if kind == 1:
        return rng.random() < 0.5
    if kind == 2:
        return rng.choice([0, 1, -1, 7, 10**9, 2**53 + 1, 2**63 - 1, -(2**63), 2**64, 10**30])
    if kind == 3:
        return rng.choice([0.0, -0.0, 1.0, 1.5, 1e-7, 1e16, 1e15, 123456789012345680.0, 1e22, 5e-324, 1e100, 0.1])
    if kind in (4, 5):
        return text(rng, 3)
    if kind in (6, 7):
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {text(rng, 2): value(rng, depth + 1) for _ in range(rng.randrange(4))}


def call(rng):
    arguments = value(rng, 1) if rng.random() < 0.5 else {"city": text(rng, 2)}
    if rng.random() < 0.3:
        arguments = '{"a": 1}'
    function = {"name": rng.choice(["get_weather", "f", "läuft"]), "arguments": arguments}
    return {"id": "call_1", "type": "function", "function": function} if rng.random() < 0.7 else function


def message(rng):
    role = rng.choice(["user", "user", "assistant", "assistant", "tool", "system", "other"])
    result = {"role": role, "content": text(rng)}
    if role == "assistant":
        if rng.random() < 0.4:
            result["tool_calls"] = [call(rng) for _ in range(rng.randrange(4))]
        if rng.random() < 0.3:
            result["reasoning_content"] = text(rng)
    if role == "tool":
        result["tool_call_id"] = "call_1"
    if rng.random() < 0.02:
        result["content"] = rng.choice([None, 5, [], [{"type": "text", "text": "x"}], {"text": "x"}])
    return result


def tool(rng):
    function = {"name": text(rng, 1), "description": text(rng), "parameters": value(rng)}
    return {"type": "function", "function": function} if rng.random() < 0.7 else function


def conversation(rng):
    """The variables of a chat template."""
    messages = [message(rng) for _ in range(rng.randrange(8))]
    if rng.random() < 0.5:
        messages.insert(0, {"role": "system", "content": text(rng)})
    if rng.random() < 0.7:
        messages.append({"role": "user", "content": text(rng)})
    result = {"messages": messages, "tools": None, "documents": None, "add_generation_prompt": rng.random() < 0.7}
    if rng.random() < 0.4:
        result["tools"] = [tool(rng) for _ in range(rng.randrange(4))]
    if rng.random() < 0.3:
        result["continue_final_message"] = rng.random() < 0.5
    return result
