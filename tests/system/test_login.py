"""Logging in, and every way in which a session ends."""
import json
import re
import time

import pytest

from lib.people import PASSWORD, command
from lib.server import Server, git_app
from lib.sse import Refused
from lib.wait import wait_until

NEW_PASSWORD = "another long password"


@pytest.fixture
def server(box):
    return Server(box, [git_app("shop", "", []), git_app("site", "", [])]).start()


def login(server, name="tester", password=PASSWORD, headers=None, bearer=True):
    return server.nobody.post("/api/v1/session", {"name": name, "password": password, "bearer": bearer}, headers)


def status_of(server, token):
    return server.nobody.get("/api/v1/session", headers={"Authorization": f"Bearer {token}"}).status


def cookies_of(response):
    return dict(re.match(r"([^=]+)=([^;]*)", line).groups() for line in response.headers.get_all("Set-Cookie", []))


def add(server, name, role, *more):
    command(server.config_file, "user", "add", name, "--role", role, *more, stdin=PASSWORD + "\n")
    wait_until(lambda: name in [user["name"] for user in server.api.get_json("/api/v1/users")["users"]], 5, f"the server to know {name}")


def test_the_first_start_makes_an_admin_and_prints_the_password_once(box):
    server = Server(box, [])
    server.known = False
    server.start()
    password = re.search(r'account "admin" with the password (\S+)', server.log())[1]
    assert login(server, "admin", password).json["role"] == "admin"
    server.restart()
    assert "password" not in server.log() and login(server, "admin", password).status == 200


def test_a_wrong_name_and_a_wrong_password_are_one_refusal(server):
    assert login(server, "nobody").problem(401, "unauthorized") == login(server, password="wrong password").problem(401, "unauthorized")


def test_a_failing_login_takes_as_long_for_an_account_that_does_not_exist(server):
    """Not a measurement, but whether a password is hashed at all: that takes much longer than everything else."""
    def quickest(name):
        times = []
        for _ in range(3):
            began = time.monotonic()
            assert login(server, name, "wrong password").status == 401
            times.append(time.monotonic() - began)
        return min(times)
    assert quickest("nobody") > quickest("tester") / 4


def test_a_login_sets_cookies_that_no_script_reads_and_no_other_page_sends(server):
    response = login(server, bearer=False)
    lines = response.headers.get_all("Set-Cookie")
    assert len(lines) == 3 and all("HttpOnly" in line and "SameSite=Strict" in line for line in lines), lines
    assert response.json["token"] is None
    cookie = {"Cookie": f"slipway={cookies_of(response)['slipway']}"}
    assert server.nobody.get_json("/api/v1/session", headers=cookie)["name"] == "tester"
    assert server.nobody.get_json("/api/v1/apps", headers=cookie)["apps"]


def test_a_session_is_renewed_with_the_cookie_that_only_that_address_gets(server):
    cookies = cookies_of(login(server, bearer=False))
    renewal = {"Cookie": f"slipway_renewal={cookies['slipway_renewal']}"}
    renewed = server.nobody.post("/api/v1/session/renewal", headers=renewal)
    assert renewed.status == 200 and "slipway" in cookies_of(renewed)
    assert server.nobody.get("/api/v1/apps", headers=renewal).problem(401)
    for wrong in ("", "x", cookies["slipway_renewal"][:-1], cookies["slipway_renewal"] + "x", "01jx0000000000000000000000.x"):
        assert server.nobody.post("/api/v1/session/renewal", headers={"Cookie": f"slipway_renewal={wrong}"}).problem(401)


def test_a_bearer_is_renewed_with_itself(server):
    token = login(server).json["token"]
    renewed = server.nobody.post("/api/v1/session/renewal", headers={"Authorization": f"Bearer {token}"}).json
    assert status_of(server, renewed["token"]) == 200


def test_a_logout_ends_the_session_at_once_and_no_other(server):
    first, second = login(server).json["token"], login(server).json["token"]
    assert server.nobody.request("DELETE", "/api/v1/session", headers={"Authorization": f"Bearer {first}"}).json == {"ended": True}
    assert (status_of(server, first), status_of(server, second)) == (401, 200)


def test_sessions_survive_a_restart_and_logouts_do_too(server):
    kept, ended = login(server).json["token"], login(server).json["token"]
    server.nobody.request("DELETE", "/api/v1/session", headers={"Authorization": f"Bearer {ended}"})
    server.kill()
    server.start()
    assert (status_of(server, kept), status_of(server, ended)) == (200, 401)


def test_another_secret_ends_every_session_also_those_that_a_browser_would_renew(server):
    token, cookies = login(server).json["token"], cookies_of(login(server, bearer=False))
    server.config["jwt_secret"] = "another secret of many characters"
    server.restart()
    assert status_of(server, token) == 401
    assert server.nobody.post("/api/v1/session/renewal", headers={"Cookie": f"slipway_renewal={cookies['slipway_renewal']}"}).problem(401)


def test_the_random_secret_is_kept_for_the_owner_alone(server):
    file = server.data / "jwt_secret"
    assert file.stat().st_mode & 0o777 == 0o600 and str(file) in server.log()
    assert file.read_text().strip() not in server.log()
    server.stop()
    file.chmod(0o644)
    server.spawn(server.argv())
    assert server.process.wait(20) != 0 and "can be read by others" in server.log()


def test_a_password_change_ends_every_session_and_begins_one(server):
    old, other = login(server).json["token"], login(server).json["token"]
    bearer = {"Authorization": f"Bearer {old}"}
    wrong = server.nobody.post("/api/v1/session/password", {"old_password": "not this one", "new_password": NEW_PASSWORD}, bearer)
    assert "old_password" in wrong.problem(422)
    short = server.nobody.post("/api/v1/session/password", {"old_password": PASSWORD, "new_password": "short"}, bearer)
    assert "new_password" in short.problem(422)
    changed = server.nobody.post("/api/v1/session/password", {"old_password": PASSWORD, "new_password": NEW_PASSWORD}, bearer)
    assert changed.status == 200
    assert [status_of(server, token) for token in (old, other, changed.json["token"])] == [401, 401, 200]
    assert login(server).status == 401 and login(server, password=NEW_PASSWORD).status == 200


@pytest.mark.parametrize("words", [("disable",), ("role", "viewer"), ("passwd",)], ids=lambda words: words[0])
def test_what_the_command_line_changes_ends_sessions_and_streams_within_two_seconds(server, words):
    add(server, "ada", "deployer")
    token = login(server, "ada").json["token"]
    stream = server.nobody.events(headers={"Authorization": f"Bearer {token}"})
    began = time.monotonic()
    command(server.config_file, "user", words[0], "ada", *words[1:], stdin=NEW_PASSWORD + "\n")
    wait_until(lambda: status_of(server, token) == 401, 5, "the session to end")
    assert stream.next(5) is None and stream.ended
    assert time.monotonic() - began < 4
    expected = {"disable": 401, "role": 200, "passwd": 401}[words[0]]
    assert login(server, "ada").status == expected


def test_a_stream_ends_with_its_token(server):
    made = command(server.config_file, "api-token", "create", "ci", "--user", "tester", "--role", "viewer")[1].strip()
    wait_until(lambda: status_of(server, made) == 200, 5, "the token to be known")
    stream = server.nobody.events(headers={"Authorization": f"Bearer {made}"})
    number = command(server.config_file, "api-token", "list")[1].split("ci of")[0].split()[-1]
    command(server.config_file, "api-token", "revoke", number)
    assert stream.next(5) is None and stream.ended
    with pytest.raises(Refused) as refused:
        server.nobody.events(headers={"Authorization": f"Bearer {made}"})
    assert refused.value.args[0] == 401


def test_who_is_limited_to_an_app_sees_only_it_everywhere(server):
    add(server, "ada", "viewer", "--app", "site")
    ada = {"Authorization": f"Bearer {login(server, 'ada').json['token']}"}
    assert [app["name"] for app in server.nobody.get_json("/api/v1/apps", headers=ada)["apps"]] == ["site"]
    assert server.nobody.get("/api/v1/deployments?app=shop", headers=ada).problem(403)
    assert server.nobody.get_json("/api/v1/deployments", headers=ada)["deployments"] == []
    with server.nobody.events(headers=ada) as stream:
        for app in ("shop", "site"):
            assert server.api.post(f"/api/v1/apps/{app}/freeze", {"reason": "a test"}).status == 200
        assert [(event.kind, event.data["app"]) for event in stream.until(lambda event: event.data.get("app") == "site")] == [("app", "site")]


def test_too_many_failures_are_stopped_but_not_for_the_owners_browser(server):
    device = cookies_of(login(server, bearer=False))["slipway_device"]
    statuses = [login(server, password="guess number %d" % number).status for number in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    stopped = login(server)
    assert stopped.problem(429) and int(stopped.headers["Retry-After"]) > 0
    assert login(server, headers={"Cookie": f"slipway_device={device}"}).status == 200
    assert login(server, headers={"Cookie": "slipway_device=x.y"}).status == 429


def test_the_proxys_header_counts_from_its_address_alone(box):
    server = Server(box, [git_app("shop", "", [])], auth={"proxy": {"header": "X-Remote-User", "from": ["127.0.0.1"]}}).start()
    named = lambda name, **more: server.nobody.get("/api/v1/session", headers={"X-Remote-User": name, **more})
    assert named("tester").json["via"] == "proxy"
    assert "user add nobody" in named("nobody").problem(401)
    assert named("tester", Host="evil.example").problem(403)
    command(server.config_file, "user", "add", "ada", "--role", "admin", stdin=PASSWORD + "\n")
    wait_until(lambda: named("ada").status == 200, 5, "ada to be known")
    command(server.config_file, "user", "disable", "ada")
    wait_until(lambda: named("ada").status == 401, 5, "ada to be refused")
    server.config["auth"]["proxy"]["from"] = ["192.0.2.1"]
    server.restart()
    assert named("tester").problem(401)
    assert named("tester").problem(401)
    assert server.log().count("is ignored") == 1


def test_a_foreign_page_can_change_nothing(server):
    cookies = cookies_of(login(server, bearer=False))
    jar = {"Cookie": f"slipway={cookies['slipway']}"}
    host = f"127.0.0.1:{server.port}"
    freeze = lambda **headers: server.nobody.post("/api/v1/apps/shop/freeze", {"reason": "a test"}, {**jar, **headers})
    for foreign in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                    {"Origin": f"http://localhost:{server.port}"}):
        assert freeze(**foreign).problem(403, "forbidden"), foreign
    assert server.nobody.post("/api/v1/session", {"name": "tester", "password": PASSWORD}, {"Origin": "http://evil.example"}).problem(403)
    assert server.api.app("shop")["frozen"] is None
    assert freeze(Origin=f"http://{host}", **{"Sec-Fetch-Site": "same-origin"}).status == 200
    assert server.api.app("shop")["frozen"]["by"] == "tester"


def test_people_are_managed_over_the_api(server):
    bearer = {"Authorization": f"Bearer {login(server).json['token']}"}
    post = lambda path, body: server.nobody.post(path, body, bearer)
    patch = lambda name, body: server.nobody.request("PATCH", f"/api/v1/users/{name}", json.dumps(body).encode(),
                                                     {**bearer, "Content-Type": "application/json"})
    made = post("/api/v1/users", {"name": "ada", "password": PASSWORD, "role": "deployer", "apps": ["shop"]})
    assert made.status == 201 and made.json["apps"] == ["shop"]
    assert post("/api/v1/users", {"name": "ada", "password": PASSWORD, "role": "viewer"}).problem(409)
    assert "shpo" in post("/api/v1/users", {"name": "bob", "password": PASSWORD, "role": "viewer", "apps": ["shpo"]}).problem(422)
    assert "password" in post("/api/v1/users", {"name": "bob", "password": "short", "role": "viewer"}).problem(422)
    token = login(server, "ada").json["token"]
    assert patch("ada", {"all_apps": True}).json["apps"] is None
    assert status_of(server, token) == 401
    assert patch("ada", {"disabled": True}).json["disabled"] and login(server, "ada").status == 401
    assert patch("nobody", {"disabled": True}).problem(404)
    assert "only admin" in patch("tester", {"role": "viewer"}).problem(409)
    assert not any("hash" in user or "password" in user for user in server.api.get_json("/api/v1/users")["users"])


def test_tokens_are_made_used_and_revoked_over_the_api(server):
    bearer = {"Authorization": f"Bearer {login(server).json['token']}"}
    made = server.nobody.post("/api/v1/tokens", {"name": "ci", "role": "deployer", "apps": ["shop"]}, bearer)
    assert made.status == 201
    ci = {"Authorization": f"Bearer {made.json['secret']}"}
    who = server.nobody.get_json("/api/v1/session", headers=ci)
    assert (who["name"], who["role"], who["apps"], who["via"]) == ("tester", "deployer", ["shop"], "token")
    listed = next(token for token in server.api.get_json("/api/v1/tokens")["tokens"] if token["name"] == "ci")
    assert listed["last_used"] and made.json["secret"] not in str(listed)
    assert server.nobody.request("DELETE", f"/api/v1/tokens/{listed['id']}", headers=bearer).status == 200
    assert server.nobody.get("/api/v1/session", headers=ci).problem(401)


def test_passwords_and_tokens_reach_no_log_and_no_database(server):
    server.config["debug"] = True
    server.restart()
    token = login(server).json["token"]
    secret = server.nobody.post("/api/v1/tokens", {"name": "ci", "role": "viewer"}, {"Authorization": f"Bearer {token}"}).json["secret"]
    login(server, password="a wrong password of mine")
    server.stop()
    stored = b"".join(path.read_bytes() for path in server.data.glob("slipway.db*"))
    for word in (PASSWORD, token, secret, "a wrong password of mine"):
        assert word not in server.log() and word.encode() not in stored, word[:8]
