"""HTTPS, as OpenSSL's own client, curl and Python speak it."""

import contextlib
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import time

import certificates
import httpx2
import openai
import pytest
from conftest import MODEL, Server, run

MESSAGES = [{"role": "user", "content": "Compute 3+4"}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("tls")
    for name in ("servers", "clients"):
        certificates.authority(path, name)
    certificates.certificate(path, "server", "servers")
    certificates.certificate(path, "client", "clients")
    certificates.certificate(path, "stranger", "servers")
    return path


@pytest.fixture(scope="module")
def secure(folder):
    with Server("--tls-cert", str(folder / "server.pem"), "--tls-key", str(folder / "server.key")) as running:
        yield running


def port(server):
    return int(server.url.rsplit(":", 1)[1])


def context(folder, **options):
    result = ssl.create_default_context(cafile=folder / "servers.pem")
    for name, value in options.items():
        setattr(result, name, value)
    return result


def connect(server, settings, session=None):
    plain = socket.create_connection(("127.0.0.1", port(server)), timeout=10)
    return settings.wrap_socket(plain, server_hostname="localhost", session=session)


def get(connection, path="/health"):
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection.recv(65536)


def test_the_line_names_https_and_the_openai_client_works(secure, folder):
    assert secure.first_line.startswith("listening on https://127.0.0.1:")
    with httpx2.Client(verify=context(folder)) as http:
        client = openai.OpenAI(
            base_url=f"https://localhost:{port(secure)}/v1", api_key="none", max_retries=0, http_client=http
        )
        whole = client.chat.completions.create(model=MODEL, messages=MESSAGES, temperature=0)
        stream = client.chat.completions.create(model=MODEL, messages=MESSAGES, temperature=0, stream=True)
        text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
        assert text == whole.choices[0].message.content != ""


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_python_agrees_on_the_version_and_resumes(secure, folder, version):
    settings = context(folder, minimum_version=version, maximum_version=version)
    settings.set_alpn_protocols(["h2", "http/1.1"])
    with connect(secure, settings) as connection:
        assert connection.version() == version.name.replace("_", ".").replace("TLSv1.", "TLSv1.")
        assert connection.selected_alpn_protocol() == "http/1.1"
        assert get(connection).startswith(b"HTTP/1.1 200")
        session = connection.session
    with connect(secure, settings, session=session) as connection:
        assert get(connection).startswith(b"HTTP/1.1 200")
        assert connection.session_reused


def test_old_versions_and_foreign_protocols_are_refused(secure, folder):
    settings = context(folder)
    settings.set_alpn_protocols(["h2"])
    with pytest.raises(ssl.SSLError):
        connect(secure, settings)
    old = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port(secure)}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
        input=b"",
        capture_output=True,
        timeout=20,
    )
    assert old.returncode != 0


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_s_client(secure, folder, version, tmp_path):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port(secure)}", version, "-servername", "localhost"]
    command += ["-CAfile", str(folder / "servers.pem"), "-verify_return_error", "-ign_eof", "-alpn", "http/1.1"]
    request = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    first = subprocess.run(
        [*command, "-sess_out", str(tmp_path / "session")], input=request, capture_output=True, timeout=20
    )
    assert first.returncode == 0 and b"HTTP/1.1 200" in first.stdout and b"Verify return code: 0" in first.stdout
    second = subprocess.run(
        [*command, "-sess_in", str(tmp_path / "session")], input=request, capture_output=True, timeout=20
    )
    assert b"Reused, TLSv1" in second.stdout and b"HTTP/1.1 200" in second.stdout


def test_curl(secure, folder):
    command = ["curl", "--silent", "--show-error", "--cacert", str(folder / "servers.pem"), "--max-time", "20"]
    url = f"https://localhost:{port(secure)}"
    answer = subprocess.run([*command, "--compressed", f"{url}/openai", f"{url}/v1/models"], capture_output=True)
    assert answer.returncode == 0 and MODEL.encode() in answer.stdout
    plain = subprocess.run(
        [*command, "--write-out", "%{http_code}", url.replace("https", "http") + "/health"], capture_output=True
    )
    assert plain.stdout.endswith(b"400") and b"https_required" in plain.stdout


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_our_own_client_checks_the_certificate(secure, folder, host):
    load = ["bench", "serve", "--concurrency", "2", "--duration", "0.5", "--max-tokens", "4"]
    url = f"https://{host}:{port(secure)}"
    trusting = {**os.environ, "SSL_CERT_FILE": str(folder / "servers.pem")}
    good = run(*load, "--url", url, env=trusting)
    assert good.returncode == 0 and "tokens/s" in good.stdout, good.stderr
    for bad_url, environment in [
        (url, {**trusting, "SSL_CERT_FILE": str(folder / "clients.pem")}),
        # Another name of this machine, which the certificate does not have.
        (url.replace(host, "127.0.0.2"), trusting),
    ]:
        bad = run(*load, "--url", bad_url, env=environment)
        assert bad.returncode == 69 and "no server answers" in bad.stderr, bad.stdout + bad.stderr


def test_broken_and_slow_handshakes_cost_only_their_own_connections(folder):
    environment = {"ACTUARY_SERVER_TLS_HANDSHAKE_TIMEOUT": "0.5"}
    arguments = ["--tls-cert", str(folder / "server.pem"), "--tls-key", str(folder / "server.key")]
    with Server(*arguments, environment=environment) as server, contextlib.ExitStack() as stack:
        friend = stack.enter_context(connect(server, context(folder)))
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", port(server)))) for _ in range(50)]
        for connection in slow:
            connection.sendall(b"\x16\x03\x01")
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", port(server)), timeout=10) as broken:
                # Anything but the type of a ClientHello, of which more could follow.
                broken.sendall(b"\x16\x03\x01\x00\x20\x02" + os.urandom(31))
                while broken.recv(100):
                    pass
        started = time.monotonic()
        assert get(friend).startswith(b"HTTP/1.1 200")
        assert time.monotonic() - started < 5
        for connection in slow:
            connection.settimeout(10)
            assert connection.recv(100) == b""
        friend.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        metrics = b"".join(iter(lambda: friend.recv(65536), b"")).decode()
        counts = [
            re.search(rf"^{re.escape(name)} (\d+)$", metrics, re.MULTILINE)[1]
            for name in (
                'actuary_http_limits_reached_total{limit="tls_handshake_time"}',
                'actuary_tls_handshakes_total{result="failed"}',
            )
        ]
        assert counts == ["50", "50"]


def served_name(server, folder):
    with connect(server, context(folder)) as connection:
        return dict(pair[0] for pair in connection.getpeercert()["subject"])["commonName"]


def wait_for(server, word):
    for _ in range(500):
        if any(word in line for line in server.log):
            return
        time.sleep(0.01)
    raise AssertionError(f"no {word!r} in the log")


def test_a_new_certificate_is_taken_while_connections_run(folder, tmp_path):
    (tmp_path / "servers.pem").write_bytes((folder / "servers.pem").read_bytes())
    (tmp_path / "servers.key").write_bytes((folder / "servers.key").read_bytes())
    certificates.certificate(tmp_path, "server", "servers", common_name="first")
    with Server("--tls-cert", str(tmp_path / "server.pem"), "--tls-key", str(tmp_path / "server.key")) as server:
        old = connect(server, context(folder))
        assert served_name(server, folder) == "first"
        certificates.certificate(tmp_path, "server", "servers", common_name="second")
        server.process.send_signal(signal.SIGHUP)
        wait_for(server, "certificate reloaded")
        assert served_name(server, folder) == "second"
        # A bad renewal changes nothing.
        (tmp_path / "server.pem").write_text("nonsense")
        server.process.send_signal(signal.SIGHUP)
        wait_for(server, "not reloaded")
        assert served_name(server, folder) == "second"
        assert get(old).startswith(b"HTTP/1.1 200")
        old.close()


def test_clients_need_the_right_certificate_when_an_authority_is_named(folder):
    arguments = ["--tls-cert", str(folder / "server.pem"), "--tls-key", str(folder / "server.key")]
    with Server(*arguments, "--tls-client-ca", str(folder / "clients.pem")) as server:
        settings = context(folder)
        settings.load_cert_chain(folder / "client.pem", folder / "client.key")
        with connect(server, settings) as connection:
            assert get(connection).startswith(b"HTTP/1.1 200")
        for name in ("stranger", None):
            settings = context(folder)
            if name:
                settings.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
            with pytest.raises((ssl.SSLError, ConnectionError)):
                with connect(server, settings) as connection:
                    # With TLS 1.3 the client learns of it when it reads.
                    assert get(connection) == b""
                    raise ConnectionError("closed")


def test_bad_files_and_half_pairs_are_errors_at_the_start(folder):
    good = ["--tls-cert", str(folder / "server.pem"), "--tls-key", str(folder / "server.key")]
    for arguments, words in [
        (["--tls-cert", "/nowhere.pem", *good[2:]], ["/nowhere.pem", "certificate"]),
        ([*good[:2], "--tls-key", str(folder / "client.key")], ["client.key", "server.pem"]),
        ([*good, "--tls-client-ca", str(folder / "server.key")], ["server.key", "authority"]),
    ]:
        result = run("serve", "--port", "0", *arguments)
        assert result.returncode == 78, result.stderr
        for word in words:
            assert word in result.stderr
    assert "server.tls_key" in run("serve", "--port", "0", *good[:2]).stderr
    result = run("serve", "--port", "0", env={**os.environ, "ACTUARY_SERVER_TLS_KEY": "x"})
    assert result.returncode == 78 and "server.tls_cert" in result.stderr


def test_the_log_is_json_and_tells_of_failed_handshakes(folder):
    with Server("--tls-cert", str(folder / "server.pem"), "--tls-key", str(folder / "server.key")) as server:
        with socket.create_connection(("127.0.0.1", port(server)), timeout=10) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert plain.recv(1000).startswith(b"HTTP/1.1 400")
        server.stop()
        server.reader.join()
        assert any("plain HTTP" in line for line in server.log)
        for line in server.log:
            json.loads(line)
