"""Random templates from a small grammar, typed so that most of them work, with a wrong type now and then."""

from conversations import text, value

NAMES = {
    "str": ["s", "t", "u", "empty"],
    "int": ["i", "j", "zero"],
    "num": ["f", "g", "i"],
    "list": ["l", "m", "nested", "strings"],
    "dict": ["d", "e"],
    "bool": ["yes", "no"],
    "any": ["none", "missing", "d.missing", "any"],
}
KINDS = list(NAMES)
LITERALS = [
    "'a'", "'Hello World'", "\"it's\"", "'a,b,,c'", "'  x y  '", "'äÖ🙂ß'", "'\\n'", "'\\t\\\\'", "''", "'\\x41\\u00e9'", "'a' 'b'",
    "'ΑΣ ΣΑΣ.'", "'a-b (c)[d'", "'1.5'", "'42'", "' 7 '", "'1_000'", "'x\\ny\\r\\nz\\n'", "'ǆ'", "'\\u3000q\\u200b'",
]


def variables(rng):
    return {
        "s": text(rng), "t": text(rng, 3), "u": rng.choice(["aXbXc", "abcabc", "Straße", "ÀÉ îj", "12", "a\nb\n\nc"]),
        "empty": "", "i": rng.randrange(-5, 12), "j": rng.randrange(-3, 4), "zero": 0,
        "f": rng.choice([0.5, -1.25, 2.0, 1e16, 1e-5, 3.14159, 2.675, 1.115, 0.1]), "g": rng.uniform(-10, 10),
        "l": [rng.randrange(5) for _ in range(rng.randrange(6))], "m": [1, 2, 3, 4, 5, 6, 7],
        "strings": [text(rng, 2) for _ in range(rng.randrange(5))],
        "nested": [{"a": rng.randrange(3), "b": {"c": text(rng, 1)}, "k": rng.choice("xyZ")} for _ in range(rng.randrange(5))],
        "d": {"a": 1, "b": "two", "C": [3], "items": 4, "x y": None}, "e": value(rng, 2) if rng.random() < 0.3 else {"k": "v"},
        "yes": True, "no": False, "none": None, "any": value(rng),
    }


def pick(rng, *choices):
    return rng.choice(choices)


def expr(rng, kind, depth):
    if rng.random() < 0.02:
        kind = rng.choice(KINDS)
    if depth <= 0 or rng.random() < 0.12:
        return leaf(rng, kind)
    return GRAMMAR[kind](rng, lambda other: expr(rng, other, depth - 1))


def leaf(rng, kind):
    if rng.random() < 0.5:
        return rng.choice(NAMES[kind])
    return {
        "str": lambda: rng.choice(LITERALS),
        "int": lambda: str(pick(rng, 0, 1, 2, 3, -1, 10, "1_0", "0x1f", "0b11", "0o17")),
        "num": lambda: pick(rng, "1.5", "0.25", "1e3", "2", "1_0.5", "-0.0", "1E-7", "100.0"),
        "list": lambda: pick(rng, "[]", "[1, 2, 3]", "['b', 'a', 'B']", "(1, 2)", "range(4)", "[none, true, 1.0, 'x']", "(3,)", "()"),
        "dict": lambda: pick(rng, "{}", "{'a': 1, 'b': [2]}", "{1: 'x', 'y': none}", "dict(a=1, z='q')"),
        "bool": lambda: pick(rng, "true", "False", "none is none"),
        "any": lambda: pick(rng, "none", "undefined_name", "d.nope", "l[99]", "1.0", "'s'"),
    }[kind]()


def string(rng, e):
    return pick(
        rng,
        lambda: f"({e('str')} + {e('str')})", lambda: f"({e('any')} ~ {e('str')})", lambda: f"({e('num')} ~ {e('list')} ~ {e('dict')})",
        lambda: f"{e('str')}.{pick(rng, 'strip', 'lstrip', 'rstrip')}({pick(rng, '', repr('ab '), 'none', e('str'))})",
        lambda: f"{e('str')}.{pick(rng, 'upper', 'lower', 'title', 'capitalize', 'swapcase')}()",
        lambda: f"{e('str')}.replace({e('str')}, {e('str')}{pick(rng, '', ', 1', ', -1', ', ' + e('int'))})",
        lambda: f"{e('str')}[{slice_(rng, e)}]", lambda: f"{e('str')}[{e('int')}]", lambda: f"({e('str')} * {e('int')})",
        lambda: f"{e('str')}.join({e('list')})", lambda: f"({e('list')} | join({pick(rng, '', e('str'))}))",
        lambda: f"({e('str')} if {e('bool')} else {e('str')})", lambda: f"({e('str')} if {e('bool')})",
        lambda: f"({e('str')} | {pick(rng, 'trim', 'upper', 'lower', 'title', 'capitalize', 'string', 'reverse')})",
        lambda: f"({e('str')} | trim({e('str')}))", lambda: f"({e('str')} | replace({e('str')}, {e('str')}))",
        lambda: f"({e('any')} | default({e('str')}{pick(rng, '', ', true')}))", lambda: f"({e(rng.choice(KINDS))} | string)",
        lambda: f"({e('str')} | indent({pick(rng, '', '2', '2, true', '3, blank=true', repr('> '))}))",
        lambda: f"({e(rng.choice(KINDS))} | tojson{pick(rng, '', '(indent=2)', '(sort_keys=true)', '(ensure_ascii=true)', '(separators=[repr, repr])').replace('[repr, repr]', '(chr, chr)').replace('chr, chr', repr(',') + ', ' + repr(':'))})",
        lambda: f"{e('str')}.{pick(rng, 'removeprefix', 'removesuffix')}({e('str')})", lambda: f"{e('str')}.{pick(rng, 'zfill', 'ljust', 'rjust')}({e('int')})",
        lambda: f"({e('str')} | truncate({pick(rng, '10', '5, true', '8, false, ' + repr('..'), '6, leeway=0')}))",
        lambda: f"('%s-%s' % ({e('any')}, {e('str')}))", lambda: f"'{{}}:{{x!r}}'.format({e('any')}, x={e('str')})",
        lambda: f"({e('list')} | first)", lambda: f"({e('list')} | last)", lambda: f"{e('dict')}['b']", lambda: f"({e('str')} ~ ({e('str')}))",
    )()


def slice_(rng, e):
    bound = lambda: pick(rng, "", "", str(rng.randrange(-6, 7)), e("int"))
    return f"{bound()}:{bound()}" + pick(rng, "", "", f":{pick(rng, '1', '2', '-1', '-2', '', e('int'))}")


def integer(rng, e):
    return pick(
        rng,
        lambda: f"({e('int')} {pick(rng, '+', '-', '*', '//', '%')} {e('int')})", lambda: f"({e('list')} | {pick(rng, 'length', 'count')})",
        lambda: f"({e('str')} | length)", lambda: f"-{e('int')}", lambda: f"({e('int')} | abs)", lambda: f"({e('str')} | int)", lambda: f"({e('num')} | int)",
        lambda: f"{e('str')}.{pick(rng, 'find', 'rfind', 'count', 'index', 'rindex')}({e('str')}{pick(rng, '', ', ' + e('int'), ', 1, -1')})",
        lambda: f"({e('list')} | sum)", lambda: f"({e('int')} ** 2)", lambda: f"{e('list')}[{e('int')}]", lambda: f"{e('list')}.{pick(rng, 'index', 'count')}({e('int')})",
        lambda: f"({e('list')} | {pick(rng, 'min', 'max')})", lambda: f"({e('str')} | wordcount)", lambda: f"+{e('int')}", lambda: f"({e('str')} | int({e('int')}))",
    )()


def number(rng, e):
    return pick(
        rng,
        lambda: f"({e('num')} {pick(rng, '+', '-', '*', '/', '//', '%')} {e('num')})", lambda: f"({e('int')} / {e('int')})", lambda: f"({e('num')} | round)",
        lambda: f"({e('num')} | round({pick(rng, '1', '2', '3', '0, ' + repr('ceil'), '1, ' + repr('floor'), '2, method=' + repr('common'))}))", lambda: f"({e('str')} | float)",
        lambda: f"({e('num')} | abs)", lambda: f"-{e('num')}", lambda: f"({e('any')} | float({e('num')}))", lambda: f"({e('num')} ** 3)", lambda: f"(2 ** -{e('int')})", lambda: e("int"),
    )()


def sequence(rng, e):
    attribute = pick(rng, "'a'", "'b'", "'b.c'", "'k'", "'zz'", "0")
    return pick(
        rng,
        lambda: f"[{e('any')}, {e('str')}]", lambda: f"({e('int')}, {e('str')},)", lambda: f"({e('list')} + {e('list')})", lambda: f"{e('list')}[{slice_(rng, e)}]",
        lambda: f"({e('list')} | list)", lambda: f"({e('list')} | reverse | list)", lambda: f"({e('str')} | list)", lambda: f"({e('dict')} | list)",
        lambda: f"{e('str')}.{pick(rng, 'split', 'rsplit')}({pick(rng, '', e('str'), 'none, 1', e('str') + ', ' + e('int'), 'maxsplit=2')})",
        lambda: f"{e('str')}.splitlines({pick(rng, '', 'true')})", lambda: f"{e('str')}.{pick(rng, 'partition', 'rpartition')}({e('str')})",
        lambda: f"({e('list')} | sort{pick(rng, '', '(reverse=true)', '(case_sensitive=true)', '(true)')})", lambda: f"(nested | sort(attribute={pick(rng, repr('a'), repr('k'), repr('k,a'))}))",
        lambda: f"({e('list')} | unique | list)", lambda: f"(nested | map(attribute={attribute}) | list)", lambda: f"(nested | map(attribute={attribute}, default={e('any')}) | list)",
        lambda: f"({e('list')} | map({pick(rng, repr('string'), repr('upper'), repr('trim'), repr('int'), repr('length'), repr('tojson'), repr('abs'))}) | list)",
        lambda: f"({e('list')} | {pick(rng, 'select', 'reject')}({pick(rng, '', repr('odd'), repr('string'), repr('defined'), repr('gt') + ', 2', repr('in') + ', [1, 2]', repr('equalto') + ', 1')}) | list)",
        lambda: f"(nested | {pick(rng, 'selectattr', 'rejectattr')}({attribute}{pick(rng, '', ', ' + repr('defined'), ', ' + repr('eq') + ', 1', ', ' + repr('equalto') + ', ' + repr('x'))}) | list)",
        lambda: f"({e('dict')}.{pick(rng, 'items', 'keys', 'values')}() | list)", lambda: f"({e('dict')} | items | list)", lambda: f"({e('dict')} | dictsort{pick(rng, '', '(by=' + repr('value') + ')', '(true)', '(reverse=true)')})",
        lambda: f"({e('list')} | batch({pick(rng, '2', '3, 0')}) | list)", lambda: f"({e('list')} | slice({pick(rng, '2', '3, ' + repr('-'))}) | list)", lambda: f"(nested | groupby({pick(rng, repr('a'), repr('k'))}) | list)",
        lambda: f"range({pick(rng, e('int'), '1, 5', e('int') + ', ' + e('int'), '10, 0, -3')})", lambda: f"({e('list')} if {e('bool')} else {e('list')})", lambda: f"({e('list')} * {e('int')})",
    )()


def mapping(rng, e):
    return pick(
        rng,
        lambda: f"{{{e('str')}: {e('any')}, 'k': {e('int')}}}", lambda: f"dict({e('dict')}, x={e('int')})", lambda: f"{e('dict')}.copy()",
        lambda: f"(nested | first)", lambda: f"({e('dict')} or {e('dict')})", lambda: f"{{{e('int')}: 1, {e('num')}: 2, {e('bool')}: 3}}",
    )()


def boolean(rng, e):
    test = pick(
        rng, "defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "true", "false", "mapping", "iterable", "sequence", "callable", "odd", "even", "upper", "lower",
        "divisibleby(2)", "divisibleby 3", "eq(1)", "ne 'a'", "lt(3)", "ge(2)", "in [1, 'a', none]", "in('abc')", "sameas(none)", "equalto 1",
    )
    return pick(
        rng,
        lambda: f"({e(rng.choice(KINDS))} is {pick(rng, '', 'not ')}{test})", lambda: f"({e('int')} {compare(rng)} {e('num')})", lambda: f"({e('str')} {compare(rng)} {e('str')})",
        lambda: f"({e('int')} < {e('num')} <= {e('int')})", lambda: f"({e(rng.choice(KINDS))} {pick(rng, '==', '!=')} {e(rng.choice(KINDS))})", lambda: f"({e('str')} {pick(rng, 'in', 'not in')} {e('str')})",
        lambda: f"({e('any')} in {e('list')})", lambda: f"({e('str')} in {e('dict')})", lambda: f"({e('bool')} {pick(rng, 'and', 'or')} {e('any')})", lambda: f"(not {e(rng.choice(KINDS))})",
        lambda: f"{e('str')}.{pick(rng, 'startswith', 'endswith')}({pick(rng, e('str'), '(' + e('str') + ', ' + e('str') + ')')})", lambda: f"({e('list')} {compare(rng)} {e('list')})",
        lambda: f"{e('str')}.{pick(rng, 'isdigit', 'isalpha', 'isalnum', 'isspace', 'isupper', 'islower', 'isnumeric', 'isdecimal', 'isascii')}()",
    )()


def compare(rng):
    return pick(rng, "<", "<=", ">", ">=", "==", "!=")


def anything(rng, e):
    return pick(
        rng,
        lambda: f"{e('dict')}.{pick(rng, 'a', 'b', 'items', 'k', 'x')}", lambda: f"{e('dict')}[{e('str')}]", lambda: f"{e('dict')}.get({e('str')}{pick(rng, '', ', ' + e('any'))})",
        lambda: f"{e('list')}[{e('int')}]", lambda: f"({e('any')} or {e('any')})", lambda: f"({e('any')} and {e('any')})", lambda: f"nested[{e('int')}].b.c", lambda: e(rng.choice(KINDS)),
        lambda: f"({e('any')} | default({e('any')}))", lambda: f"{e('str')}.{pick(rng, '0', 'nope', 'strip')}", lambda: f"({e('dict')} | attr({e('str')}))",
    )()


GRAMMAR = {"str": string, "int": integer, "num": number, "list": sequence, "dict": mapping, "bool": boolean, "any": anything}


def output(rng, depth):
    open_, close = pick(rng, ("{{ ", " }}"), ("{{- ", " }}"), ("{{ ", " -}}"), ("{{+ ", " }}"))
    return open_ + expr(rng, rng.choice(KINDS), depth) + close


def tag(rng, content):
    return pick(rng, "{% ", "{% ", "{%- ", "{%+ ") + content + pick(rng, " %}", " %}", " -%}", " +%}")


def statement(rng, depth):
    e = lambda kind: expr(rng, kind, 2)
    body = lambda: block(rng, depth - 1)
    if depth <= 0:
        return output(rng, 2)
    return pick(
        rng,
        lambda: output(rng, 3), lambda: output(rng, 4), lambda: tag(rng, f"set {pick(rng, 's', 'l', 'i', 'new')} = {e(pick(rng, 'str', 'list', 'int'))}"),
        lambda: tag(rng, f"if {e('bool')}") + body() + pick(rng, "", tag(rng, f"elif {e('any')}") + body()) + pick(rng, "", tag(rng, "else") + body()) + tag(rng, "endif"),
        lambda: tag(rng, f"for x in {e('list')}{pick(rng, '', ' if ' + e('bool'), ' if x')}") + loop_body(rng, depth) + pick(rng, "", tag(rng, "else") + body()) + tag(rng, "endfor"),
        lambda: tag(rng, f"for k, v in {e('dict')}.items()") + "{{ k }}={{ v }}{{ loop.index }}" + body() + tag(rng, "endfor"),
        lambda: tag(rng, "set ns = namespace(n=0)") + tag(rng, f"for x in {e('list')}") + tag(rng, "set ns.n = ns.n + 1") + tag(rng, "endfor") + "{{ ns.n }}",
        lambda: tag(rng, f"macro q(a, b={e('str')})") + "<{{ a }}|{{ b }}>" + body() + tag(rng, "endmacro") + f"{{{{ q({e('any')}) }}}}{{{{ q({e('str')}, b={e('int')}) }}}}",
        lambda: tag(rng, f"set block{pick(rng, '', ' | upper', ' | trim | length')}") + body() + tag(rng, "endset") + "{{ block }}", lambda: tag(rng, "filter upper") + body() + tag(rng, "endfilter"),
        lambda: tag(rng, f"with s = {e('str')}, i = {e('int')}") + body() + tag(rng, "endwith"), lambda: "{# comment #}" + body(), lambda: tag(rng, "raw") + " {{ raw }} {% x %}\n" + tag(rng, "endraw"),
        lambda: tag(rng, f"set a, b = {e('str')}, {e('int')}") + "{{ a }}{{ b }}", lambda: tag(rng, "macro w()") + "({{ caller(1) }})" + tag(rng, "endmacro") + tag(rng, "call(z) w()") + "{{ z }}" + body() + tag(rng, "endcall"),
    )()


def loop_body(rng, depth):
    field = pick(rng, "index", "index0", "first", "last", "length", "revindex", "revindex0", "previtem", "nextitem", "depth")
    inner = block(rng, depth - 1)
    return pick(
        rng, inner, "{{ x }}" + inner, "{{ loop." + field + " }}" + inner, tag(rng, "if x") + tag(rng, pick(rng, "break", "continue")) + tag(rng, "endif") + inner + "{{ s }}" + tag(rng, "set s = 'changed'"),
        "{{ loop.cycle('a', 'b') }}{{ loop.changed(x) }}",
    )


def block(rng, depth):
    filler = lambda: pick(rng, "", "", " ", "\n", "  text \n", "\n    ", "ä\n\n", "\u00a0\n")
    return filler() + "".join(statement(rng, depth) + filler() for _ in range(rng.randrange(1, 3)))


def program(rng):
    return block(rng, rng.randrange(1, 4))
