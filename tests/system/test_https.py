"""HTTPS by the server itself."""
import http.client
import json
import socket
import ssl
import subprocess

import pytest

from lib.people import PASSWORD, template
from lib.program import run_to_end
from lib.server import Server, free_port, git_app
from lib.wait import wait_until


class Pair:
    """A certificate and its key, which can be made anew in their place."""

    def __init__(self, box, name="server"):
        self.cert, self.key = box.path / f"{name}.pem", box.path / f"{name}.key"
        self.make()

    def make(self, *more):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(self.key), "-out", str(self.cert), *more],
                       check=True, capture_output=True)

    def der(self):
        return ssl.PEM_cert_to_DER_cert(self.cert.read_text())


@pytest.fixture
def pair(box):
    return Pair(box)


@pytest.fixture
def server(box, pair):
    server = Server(box, [git_app("shop", "", [])], tls={"cert": "server.pem", "key": str(pair.key)})
    server.write_config(free_port())
    server.spawn(server.argv())
    server.port = int(server.wait_log(r"page and API on https://127\.0\.0\.1:(\d+)/")[1])
    return server


def context(pair, **limits):
    made = ssl.create_default_context(cafile=str(pair.cert))
    for name, value in limits.items():
        setattr(made, name, value)
    return made


def shown(server, made=None):
    """The certificate, the protocol and the suite."""
    if made is None:
        made = ssl.create_default_context()
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(server.address, timeout=10) as plain, made.wrap_socket(plain, server_hostname="localhost") as link:
        return link.getpeercert(binary_form=True), link.version(), link.cipher()[0]


def request(server, pair, method, path, body=None, **headers):
    connection = http.client.HTTPSConnection("localhost", server.port, timeout=20, context=context(pair))
    connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    return answer, answer.read()


def test_page_and_api_are_served_and_browsers_told_to_come_back_so(server, pair):
    answer, body = request(server, pair, "GET", "/api/v1/apps", Authorization=f"Bearer {template().token}")
    assert answer.status == 200 and json.loads(body)["apps"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert request(server, pair, "GET", "/")[0].status == 200


def test_cookies_are_for_https_alone(server, pair):
    answer, _ = request(server, pair, "POST", "/api/v1/session", {"name": "tester", "password": PASSWORD})
    lines = answer.headers.get_all("Set-Cookie")
    assert len(lines) == 3 and all("; Secure" in line for line in lines) and lines[0].startswith("__Host-slipway=")
    session = lines[0].split(";")[0]
    assert request(server, pair, "GET", "/api/v1/session", Cookie=session)[0].status == 200
    assert request(server, pair, "GET", "/api/v1/session", Cookie=session.removeprefix("__Host-"))[0].status == 401


def test_large_answers_and_streams_pass(server, pair):
    with socket.create_connection(server.address, timeout=10) as plain, context(pair).wrap_socket(plain, server_hostname="localhost") as link:
        link.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {template().token}\r\n\r\n".encode())
        seen = b""
        while b": connected" not in seen:
            seen += link.recv(4096)
        link.settimeout(10)
        answer, _ = request(server, pair, "POST", "/api/v1/apps/shop/freeze", {"reason": "x" * 1900}, Authorization=f"Bearer {template().token}")
        assert answer.status == 200
        while b"x" * 1900 not in seen:
            seen += link.recv(4096)


def test_only_modern_protocols_and_suites(server, pair):
    assert shown(server, context(pair))[1] == "TLSv1.3"
    old = context(pair, maximum_version=ssl.TLSVersion.TLSv1_2)
    assert shown(server, old)[1] == "TLSv1.2" and "GCM" in shown(server, old)[2]
    for suites in ("AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "AES128-GCM-SHA256"):
        weak = context(pair, maximum_version=ssl.TLSVersion.TLSv1_2)
        weak.set_ciphers(suites)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            shown(server, weak)
    ancient = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ancient.check_hostname, ancient.verify_mode = False, ssl.CERT_NONE
    ancient.minimum_version, ancient.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    ancient.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        shown(server, ancient)


def test_plain_http_is_told_to_speak_https(server):
    connection = http.client.HTTPConnection(*server.address, timeout=10)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    assert answer.status == 400 and "https://" in json.loads(answer.read())["detail"]


def test_a_new_pair_is_loaded_while_it_runs_and_a_broken_one_is_not(server, pair):
    first = pair.der()
    assert shown(server)[0] == first
    pair.make()
    wait_until(lambda: shown(server)[0] == pair.der() != first, 10, lambda: f"the new certificate\n{server.log()}")
    second = pair.der()
    pair.key.write_text("no key")
    server.wait_log(r"holds no private key.*the certificate that was loaded before stays in use")
    assert shown(server)[0] == second
    pair.make()
    wait_until(lambda: shown(server)[0] == pair.der(), 10, "the repaired certificate")


def encrypt(key):
    subprocess.run(["openssl", "ec", "-in", str(key), "-aes256", "-passout", "pass:secret", "-out", str(key)], check=True, capture_output=True)


@pytest.mark.parametrize("spoil, said", [
    (lambda pair, other: pair.cert.write_text("nothing"), "no certificate"), (lambda pair, other: pair.key.unlink(), "cannot open|No such file"),
    (lambda pair, other: pair.key.write_text(other.key.read_text()), "private key|not the one"),
    (lambda pair, other: encrypt(pair.key), "passphrase"),
], ids=["no certificate", "no key", "another key", "a passphrase"])
def test_a_pair_that_cannot_be_used_is_no_start(box, pair, spoil, said):
    spoil(pair, Pair(box, "other"))
    server = Server(box, [], tls={"cert": str(pair.cert), "key": str(pair.key)})
    server.write_config(free_port())
    code, printed = run_to_end(box, "slipway-server", "-c", server.config_file)
    assert code == 2 and any(words in printed for words in said.split("|")) and '"tls"' in printed, printed


def test_a_listener_that_others_reach_without_https_is_warned_of(box):
    server = Server(box, [])
    server.config["listen_http"] = "0.0.0.0:8082"
    server.config_file.write_text(json.dumps(server.config))
    code, printed = run_to_end(box, "slipway-server", "-c", server.config_file, "--check")
    assert code == 0 and "warning" in printed and "without encryption" in printed
    server.config["auth"] = {"proxy": {"from": ["192.0.2.1"]}}
    server.config_file.write_text(json.dumps(server.config))
    assert "without encryption" not in run_to_end(box, "slipway-server", "-c", server.config_file, "--check")[1]
