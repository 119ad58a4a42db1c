"""Writes what the fuzzers start from: the cases of the tests.

    python3 Tests/Fuzz/seeds.py FOLDER      # one folder of seeds for each target, and words for the JSON one
"""

import gzip
import hashlib
import json
import pathlib
import re
import ssl
import sys
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
VALID = [
    b"POST /v1/x?y=z HTTP/1.1\r\nHost: h:1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: v\r\n\r\n",
    b"\r\nGET http://example.org:80/%41?q HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nOPTIONS * HTTP/1.1\r\nHost:\r\n\r\n",
]
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t"}


def doubtful_requests():
    """The requests of the conformance table, which the server's tests are written from and hold to."""
    text = (ROOT / "Sources/HTTPServer/Documentation.docc/Conformance.md").read_text()
    for quoted in re.findall(r"^\| `(.*)` \| 911", text, re.MULTILINE):
        parts = re.split(r"\\(x[0-9a-f]{1,2}|[rnt])", quoted)
        yield b"".join(
            part.encode() if index % 2 == 0 else ESCAPES.get(part) or bytes([int(part[1:], 16)])
            for index, part in enumerate(parts)
        )


def compressed():
    """Bodies as clients send them, cut, damaged and with more behind them."""
    for text in (b"", b"x", b'{"messages": []}' * 20, bytes(range(256)), b"\0" * 70_000):
        whole = gzip.compress(text, mtime=0)
        yield from (whole, whole + whole, whole[:-4], whole + b"x", zlib.compress(text), zlib.compress(text)[:-1])
        yield from (zlib.compress(text, 0), whole[:-8] + b"\0" * 8)
    named = bytearray(gzip.compress(b"with a name", mtime=0))
    named[3] |= 0x1E
    yield bytes(named[:10] + b"\2\0ab" + b"name\0comment\0\0\0" + named[10:])


def client_hellos():
    """First flights of clients; the byte before them is the size of the pieces in which they come."""
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        for protocols in ([], ["http/1.1"], ["h2"], ["h2", "http/1.1"]):
            context = ssl.create_default_context()
            context.minimum_version = context.maximum_version = version
            if protocols:
                context.set_alpn_protocols(protocols)
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            try:
                context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
            except ssl.SSLWantReadError:
                pass
            hello = outgoing.read()
            for size in (0, 6, 255):
                yield bytes([size]) + hello
    yield b"\xffGET / HTTP/1.1\r\nHost: h\r\n\r\n"
    yield b"\xff\x15\x03\x01\x00\x02\x02\x28"


def bodies():
    """JSON of the tests of the API: whole bodies, and members put into a small one."""
    for path in sorted((ROOT / "Tests/OpenAIAPITests").glob("*.swift")):
        text = path.read_text()
        found = re.findall(r'(#+)"((?!"")(?:.*?))"\1', text) + re.findall(r'(#+)"""\n(.*?)\n\s*"""\1', text, re.DOTALL)
        for _, quoted in found:
            if "\\#" in quoted:
                continue
            yield quoted.encode()
            if quoted.lstrip().startswith('"'):
                yield b'{"messages": [{"role": "user", "content": "hi"}], ' + quoted.encode() + b"}"
            if quoted.lstrip().startswith("["):
                yield b'{"messages": ' + quoted.encode() + b"}"


def words():
    """The names that the API knows."""
    found = set()
    for path in sorted((ROOT / "Sources/OpenAIAPI").rglob("*.swift")):
        found.update(re.findall(r'"([a-z][a-z0-9_.-]{2,40})"', path.read_text()))
    return sorted(found)


def main():
    folder = pathlib.Path(sys.argv[1])
    requests = list(doubtful_requests())
    assert len(requests) > 100, len(requests)
    seeds = {
        "parser": VALID + requests,
        "chunked": [request.split(CHUNKED, 1)[1] for request in VALID + requests if CHUNKED in request],
        "gzip": list(compressed()),
        "tls": list(client_hellos()),
        "json": list(bodies()),
    }
    for target, inputs in seeds.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for seed in inputs:
            (folder / target / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
        print(f"{target}: {len(inputs)} seeds")
    (folder / "json.words").write_text("".join(json.dumps(f'"{word}"') + "\n" for word in words()))


if __name__ == "__main__":
    main()
