"""What a client does wrong is told with a problem document, and changes nothing."""
import json
import socket

import pytest

from lib.fleet import Fleet

POST = "/api/v1/apps/shop/deployments"


@pytest.fixture
def fleet(box):
    return Fleet(box, count=1).start()


@pytest.fixture(autouse=True)
def nothing_started(fleet):
    yield
    assert fleet.api.deployments()["deployments"] == [] and fleet.revisions() == {fleet.old}


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b"{\"action\":}", b"\xff\xfe", b"{} {}", b"[" * 30_000], ids=range(7))
def test_a_body_that_is_no_json(fleet, body):
    assert fleet.api.post(POST, body).problem(400)


@pytest.mark.parametrize("body", [[], "update", 7, None, {}, {"action": 7}, {"action": "destroy"}, {"action": None}, {"action": "update", "revision": 7},
                                  {"action": "update", "revision": ""}, {"action": "update", "revision": "x" * 201}, {"action": "update", "nodes": "api-1"},
                                  {"action": "update", "nodes": []}, {"action": "update", "nodes": [1]}, {"action": "update", "note": 1},
                                  {"action": "update", "note": "x" * 2001}])
def test_a_body_of_the_wrong_types(fleet, body):
    response = fleet.api.post(POST, json.dumps(body).encode())
    assert response.status in (400, 422) and response.problem(response.status)


def test_an_unknown_member_is_named(fleet):
    assert "revison" in fleet.api.post(POST, {"action": "update", "revison": fleet.old}).problem(422)


def test_a_rollback_without_a_revision(fleet):
    assert "revision" in fleet.api.post(POST, {"action": "rollback"}).problem(422)


def test_a_body_that_is_too_large(fleet):
    assert fleet.api.post(POST, json.dumps({"action": "update", "note": "x" * 3_000_000}).encode()).problem(413)


def test_a_length_that_is_too_large_is_refused_before_the_body_comes(fleet):
    with socket.create_connection(fleet.server.address, timeout=10) as link:
        link.sendall(f"POST {POST} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{{".encode())
        assert link.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", None])
def test_a_body_that_is_not_called_json(fleet, kind):
    """A page of another origin can send these without asking."""
    headers = {} if kind is None else {"Content-Type": kind}
    response = fleet.api.request("POST", POST, b'{"action":"update"}', headers)
    assert response.problem(415)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_may_be_called_so_in_any_way(fleet, kind):
    assert fleet.api.post(POST, {"action": "rollback"}, {"Content-Type": kind}).problem(422)


def test_an_unknown_app(fleet):
    for path in ("/api/v1/apps/nowhere", "/api/v1/apps/nowhere/commits"):
        assert "nowhere" in fleet.api.get(path).problem(404)
    assert "nowhere" in fleet.api.post("/api/v1/apps/nowhere/deployments", {"action": "update"}).problem(404)


def test_an_unknown_node_is_named(fleet):
    response = fleet.api.post(POST, {"action": "update", "nodes": ["api-1", "api-9"]})
    assert response.status in (404, 422) and "api-9" in response.problem(response.status)


@pytest.mark.parametrize("revision", ["f" * 40, "nonsense", "v9.9"])
def test_an_unknown_revision_is_named(fleet, revision):
    response = fleet.api.post(POST, {"action": "update", "revision": revision})
    assert response.status in (404, 422) and revision[:9] in response.problem(response.status)


@pytest.mark.parametrize("revision", ["-x", "--upload-pack=touch /tmp/slipway-was-here", "-", "a..b", "a b", "x\ny", "\0"])
def test_a_revision_that_is_none(fleet, revision):
    response = fleet.api.post(POST, {"action": "update", "revision": revision})
    assert response.status in (400, 422) and response.problem(response.status)


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.0", "99999999999999999999", "1", "%31%00", "../apps"])
def test_a_deployment_that_is_not_there(fleet, number):
    for tail in ("", "/events", "/nodes/api-1/output"):
        assert fleet.api.request("GET", f"/api/v1/deployments/{number}{tail}", check=False).status in (400, 404)
    assert fleet.api.request("POST", f"/api/v1/deployments/{number}/cancel", check=False).status in (400, 404)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "before=0", "before=x", "before=-5"])
def test_a_bad_page_of_deployments(fleet, query):
    assert fleet.api.get(f"/api/v1/deployments?{query}").problem(400)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/apps", "/api/v1/nothing", "/api/v1/apps/shop/nothing",
                                  "/api/v1/apps//commits", "/api/v1/deployments/1/nodes", "/api/v1/%2e%2e/%2e%2e/etc/passwd"])
def test_a_path_that_is_not_described(fleet, path):
    assert fleet.api.get(path).problem(404)


@pytest.mark.parametrize("path", ["/api/v1/apps/%ff%fe", "/api/v1/apps/%", "/api/v1/apps/%zz", "/api/v1/apps/a%00b", "/api/v1/apps?x=%ff"])
def test_a_path_that_is_no_text(fleet, path):
    assert fleet.api.request("GET", path, check=False).status in (200, 400, 404)


@pytest.mark.parametrize("method, path", [("DELETE", "/api/v1/apps"), ("PUT", POST), ("POST", "/api/v1/apps"), ("GET", "/api/v1/deployments/1/cancel"),
                                          ("PATCH", "/healthz"), ("TRACE", "/api/v1/apps")])
def test_a_method_that_is_not_described(fleet, method, path):
    response = fleet.api.request(method, path, check=False)
    assert response.status in (404, 405) and (response.status == 404 or response.headers["Allow"])


RAW = {
    "garbage": b"\x16\x03\x01\x02\0\x01\0\r\n\r\n",
    "no version": b"GET /api/v1/apps\r\n\r\n",
    "a long line": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"X-A: " + b"b" * 1000 + b"\r\n" * 1 + b"".join(b"X-%d: y\r\n" % i for i in range(20_000)) + b"\r\n",
    "a negative length": b"POST " + POST.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n",
    "length and chunks": b"POST " + POST.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "the wire protocol": b"\x12\x34\x66\x41\0\0\0\2\2{}",
}


@pytest.mark.parametrize("what", RAW)
def test_what_is_no_http_is_answered_with_400_or_closed(fleet, what):
    with socket.create_connection(fleet.server.address, timeout=10) as link:
        try:
            link.sendall(RAW[what])
            answer = link.recv(100)
        except OSError:
            answer = b""
    assert answer == b"" or answer.split()[1][:1] == b"4", answer
    assert fleet.api.get_json("/healthz")["status"] == "ok"


@pytest.mark.slow
def test_clients_that_send_nothing_or_slowly_are_closed_and_hold_nobody_up(fleet):
    idle = [socket.create_connection(fleet.server.address, timeout=5) for _ in range(300)]
    idle[0].sendall(b"GET /api/v1/ap")
    assert fleet.api.get_json("/healthz", within=5)["status"] == "ok"
    for one in idle:
        one.settimeout(75)
        try:
            while one.recv(1000):
                pass
        except TimeoutError:
            raise AssertionError("an idle connection was still open after 75 s") from None
        except OSError:
            pass
