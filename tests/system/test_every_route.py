"""Every route of docs/openapi.yaml refuses whoever may not use it. A route that is added later is met here too; that the
server's own table holds the same routes is shown by its unit tests."""
import base64
import hashlib
import hmac
import json
import time

import pytest

from lib import openapi
from lib.people import PASSWORD, command
from lib.server import Server, free_port, git_app
from lib.wait import wait_until

OPEN = {"getHealth", "logIn", "renewSession"}
SECRET = "a secret that this test knows, too"
OWN = {"getSession", "logOut", "changePassword", "listTokens", "createToken", "revokeToken"}
DEPLOYER = {"createDeployment", "cancelDeployment", "continueDeployment", "retryDeployment", "freezeApp", "unfreezeApp"}
OF_AN_APP = DEPLOYER | {"getApp", "listCommits", "getDeployment", "getOutput", "followDeployment"}
IN_PERSON = {"changePassword", "createToken", "revokeToken", "createUser", "changeUser"}


def routes():
    return [(method, path, operation["operationId"]) for method, path, operation in openapi.operations()]


def filled(path):
    for name, value in {"app": "shop", "alias": "api-1", "id": "1", "name": "tester"}.items():
        path = path.replace("{" + name + "}", value)
    return path


@pytest.fixture
def server(box):
    server = Server(box, [git_app("shop", "", []), git_app("other", "", [])], jwt_secret=SECRET)
    server.start()
    for name, *more in [("viewer", "--role", "viewer"), ("stranger", "--role", "deployer", "--app", "other"), ("deployer", "--role", "deployer")]:
        command(server.config_file, "user", "add", name, *more, stdin=PASSWORD + "\n")
    return server


def token_of(server, user, role, *more):
    return command(server.config_file, "api-token", "create", "t" + str(time.monotonic_ns()), "--user", user, "--role", role, *more)[1].strip()


def known(server, token):
    """Until the server has noticed what the command wrote."""
    ask = lambda: server.nobody.get("/api/v1/session", headers={"Authorization": f"Bearer {token}"}).status
    wait_until(lambda: ask() == 200, 10, "the server to know the token")
    return token


def ask(server, method, path, token=None, **headers):
    body = b"{}" if method in ("POST", "PATCH") else None
    headers = {**({"Authorization": f"Bearer {token}"} if token else {}), "Content-Type": "application/json", **headers}
    return server.nobody.request(method, filled(path), body, headers)


def jwt(claims, secret=SECRET, algorithm="HS256"):
    part = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    text = part(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()) + "." + part(json.dumps(claims).encode())
    if algorithm == "none":
        return text + "."
    digest = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}[algorithm]
    return text + "." + part(hmac.new(secret.encode(), text.encode(), digest).digest())


def claims_of(token):
    middle = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def login(server, name="tester", password=PASSWORD):
    return server.nobody.post("/api/v1/session", {"name": name, "password": password, "bearer": True})


def test_every_route_refuses_no_credentials_wrong_ones_and_expired_ones(server):
    session = login(server).json["token"]
    claims = claims_of(session)
    soon = token_of(server, "tester", "admin", "--expires", "1s")
    wait_until(lambda: "expired" in ask(server, "GET", "/api/v1/session", soon).body.decode(), 10, "the token to expire")
    wrong = {
        "none": {}, "an unknown token": {"token": "slp_" + "A" * 43}, "no token": {"token": "x"}, "another scheme": {"Authorization": "Basic dGVzdGVyOng="},
        "a foreign proxy header": {"X-Remote-User": "tester"}, "an expired token": {"token": soon}, "a cookie of nobody": {"Cookie": "slipway=a.b.c"},
        "an expired session": {"token": jwt({**claims, "iat": claims["iat"] - 1800, "exp": claims["exp"] - 1800})},
        "alg none": {"token": jwt(claims, algorithm="none")}, "another algorithm": {"token": jwt(claims, algorithm="HS512")},
        "another key": {"token": jwt(claims, secret="another secret of some length")}, "another account": {"token": jwt({**claims, "sub": "viewer"})},
        "a session that never was": {"token": jwt({**claims, "sid": "01jx0000000000000000000000"})}, "more claims": {"token": jwt({**claims, "role": "admin"})},
    }
    assert ask(server, "GET", "/api/v1/session", jwt(claims)).status == 200  # made here as the server makes it
    for method, path, name in routes():
        for what, credentials in wrong.items():
            if name in OPEN:
                continue
            response = ask(server, method, path, **credentials)
            assert response.problem(401, "unauthorized"), (name, what)
            assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_every_route_that_needs_more_refuses_a_viewer_and_says_what_is_missing(server):
    token = known(server, token_of(server, "viewer", "viewer"))
    for method, path, name in routes():
        if name in OPEN or (method == "GET" and name not in ("listUsers", "listAudit")) or name in OWN:
            continue
        response = ask(server, method, path, token)
        needed = "deployer" if name in DEPLOYER else "admin"
        assert needed in response.problem(403, "forbidden") and response.json["needs_role"] == needed, name


def test_every_route_of_an_app_refuses_a_deployer_of_another_app(server):
    made_deployment(server)
    token = known(server, token_of(server, "stranger", "deployer"))
    for method, path, name in routes():
        if name in OF_AN_APP:
            response = ask(server, method, path, token)
            assert "shop" in response.problem(403, "forbidden") and response.json["needs_app"] == "shop", name


def test_every_other_change_refuses_a_deployer(server):
    token = known(server, token_of(server, "deployer", "deployer"))
    for method, path, name in routes():
        if method != "GET" and name not in OPEN | OWN | DEPLOYER:
            assert ask(server, method, path, token).problem(403, "forbidden"), name


def test_what_only_a_person_may_do_refuses_the_token_of_an_admin(server):
    for method, path, name in routes():
        if name in IN_PERSON:
            assert "token" in ask(server, method, path, server.api.token).problem(403, "forbidden"), name


def test_whoever_is_limited_to_an_app_sees_no_agent_of_another(server):
    for number, app in enumerate(("shop", "other")):
        server.config["apps"][number]["node"] = [{"alias": app, "addr": f"127.0.0.1:{free_port()}", "path": f"/srv/{app}"}]
    server.write_config(server.port)
    assert server.api.post("/api/v1/config/reload").status == 200
    token = known(server, token_of(server, "stranger", "viewer"))
    seen = ask(server, "GET", "/api/v1/agents", token).json["agents"]
    assert [agent["nodes"] for agent in seen] == [[{"app": "other", "node": "other"}]]
    assert len(server.api.get_json("/api/v1/agents")["agents"]) == 2


def made_deployment(server):
    """One that the database has; nobody carries it out."""
    import sqlite3
    with sqlite3.connect(server.data / "slipway.db", timeout=10) as database:
        database.execute("INSERT INTO deployments (id, app, action, revision, state, note, cancel_requested, created_at, finished_at, started_at)"
                         " VALUES (1, 'shop', 'update', 'r1', 'succeeded', '', 0, 1, 2, 1)")
