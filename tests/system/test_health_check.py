"""Health checks and the hooks for going back: the real server and agents, and apps that answer as they like on loopback."""
import pathlib
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lib import orders
from lib.fleet import Fleet, of, states
from lib.wait import wait_until

FAST = {"interval": "50ms", "timeout": "1s"}


class Web:
    """An app that answers with the next of its statuses, and with the last one for ever after."""

    def __init__(self, *statuses):
        self.statuses, self.paths = list(statuses), []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                web.paths.append(self.path)
                self.send_response(web.statuses.pop(0) if len(web.statuses) > 1 else web.statuses[0])
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/healthz"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Raw:
    """An app that is handed each connection after its request: `answer(connection)`; the connection is closed after it."""

    def __init__(self, answer):
        self.answer, self.closed, self.asked = answer, threading.Event(), threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                if connection.recv(65536):
                    self.asked.set()
                    self.answer(self, connection)
            except OSError:
                pass

    def close(self):
        self.closed.set()
        self.listener.close()


def silent(raw, _connection):
    raw.closed.wait(60)


def drip(raw, connection):
    for byte in b"HTTP/1.1 200 OK\r\n" * 100:
        connection.sendall(bytes([byte]))
        if raw.closed.wait(0.3):
            return


def garbage(_raw, connection):
    connection.sendall(b"\x00\xff SSH-2.0 \x1b[31m <html>\r\n\r\n" * 20)


def hang_up(_raw, _connection):
    pass


@pytest.fixture
def web(box):
    def make(*statuses):
        made = Web(*statuses)
        box.on_close(made.close)
        return made
    return make


@pytest.fixture
def raw(box):
    def make(answer):
        made = Raw(answer)
        box.on_close(made.close)
        return made
    return make


def fleet_with(box, check, count=1, **app):
    return Fleet(box, count=count, app={"health_check": check, **app}).start()


def deployed(fleet, **more):
    return fleet.api.wait_ended(fleet.api.deploy("shop", **more)["id"])


def node_of(deployment):
    return of(deployment, "api-1")


def text_of(fleet, deployment):
    """What the node wrote, without the frames around it."""
    return fleet.api.output(deployment["id"], "api-1").body.decode()


def step_names(node):
    return [step["name"] for step in node["steps"]]


def test_a_healthy_app_succeeds(box, web):
    app = web(200)
    done = deployed(fleet_with(box, {"http": app.url, **FAST}))
    assert done["state"] == "succeeded", done
    assert step_names(node_of(done)) == ["check", "fetch", "switch", "health_check"]
    assert app.paths == ["/healthz"]


def test_an_app_may_take_its_time(box, web):
    app = web(503, 503, 503, 200)
    done = deployed(fleet_with(box, {"http": app.url, "interval": "20ms", "timeout": "30s", "healthy": 2}))
    assert done["state"] == "succeeded" and len(app.paths) == 5, done


def test_a_wrong_status_fails_the_node_and_is_named(box, web):
    app = web(503)
    fleet = fleet_with(box, {"http": app.url, **FAST})
    done = deployed(fleet)
    node = node_of(done)
    assert done["state"] == "failed" and (node["state"], node["step"]) == ("failed", "health_check"), done
    assert f"{app.url} answered 503, expected 200" in node["reason"] and "within 1s" in node["reason"]
    assert node["revision_after"] == fleet.new, "in place nothing goes back by itself"


def test_a_redirect_is_not_followed(box, web):
    app = web(302)
    done = deployed(fleet_with(box, {"http": app.url, "expect": 302, **FAST}))
    assert done["state"] == "succeeded" and app.paths == ["/healthz"], done


@pytest.mark.parametrize("answer, says", [(silent, "gave no answer"), (drip, "began to answer"), (garbage, "not HTTP"),
                                          (hang_up, "closed the connection without an answer")])
def test_an_app_that_does_not_answer_properly_fails_the_node_in_words(box, raw, answer, says):
    app = raw(answer)
    done = deployed(fleet_with(box, {"http": app.url, **FAST}))
    node = node_of(done)
    assert (node["state"], node["step"]) == ("failed", "health_check") and says in node["reason"] and app.url in node["reason"], done


def test_a_port_that_nobody_listens_on_fails_the_node(box):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    done = deployed(fleet_with(box, {"tcp": address, **FAST}))
    assert f"cannot connect to {address}: Connection refused" in node_of(done)["reason"], done


def test_a_port_that_accepts_is_healthy(box, raw):
    done = deployed(fleet_with(box, {"tcp": f"127.0.0.1:{raw(silent).port}", **FAST}))
    assert done["state"] == "succeeded", done


def test_a_command_decides_by_its_exit_code_and_its_output_is_kept(box):
    fleet = fleet_with(box, {"command": "echo looking at $SLIPWAY_REVISION; test -e ../../well", **FAST})
    done = deployed(fleet)
    node = node_of(done)
    assert (node["step"], node["exit_code"]) == ("health_check", 1) and "exit code 1" in node["reason"], done
    assert f"looking at {fleet.new}" in text_of(fleet, done)
    fleet.file("well").touch()
    assert deployed(fleet)["state"] == "succeeded"


def test_a_node_may_have_a_check_of_its_own(box, web):
    good, bad = web(200), web(500)
    hooks = {"api-1": {"health_check": {"http": good.url, **FAST}}, "api-3": {"health_check": None}}
    done = deployed(Fleet(box, hooks=hooks, app={"health_check": {"http": bad.url, **FAST}}).start())
    assert states(done) == {"api-1": "succeeded", "api-2": "failed", "api-3": "succeeded"}, done


def test_a_failed_check_stops_the_rollout(box, web):
    done = deployed(fleet_with(box, {"http": web(500).url, **FAST}, count=3, rollout={"canary": 1}))
    assert states(done) == {"api-1": "failed", "api-2": "skipped", "api-3": "skipped"}, done


def test_a_cancel_ends_the_check_at_once(box, raw):
    app = raw(silent)
    fleet = fleet_with(box, {"http": app.url, "timeout": "10m"})
    started = fleet.api.deploy("shop")
    wait_until(app.asked.is_set, 20, "the first question")
    began = time.monotonic()
    assert fleet.api.cancel(started["id"]).status == 202
    done = fleet.api.wait_ended(started["id"])
    node = node_of(done)
    assert (node["state"], node["step"]) == ("cancelled", "health_check") and time.monotonic() - began < 9, done
    assert node["revision_after"] == fleet.new == fleet.copies["api-1"].revision


def test_credentials_of_the_url_are_shown_to_nobody(box, web):
    url = web(401).url.replace("http://", "http://user:hush-hush@")
    fleet = fleet_with(box, {"http": url, **FAST})
    done = deployed(fleet)
    assert "answered 401" in node_of(done)["reason"] and "hush-hush" not in str(done)
    assert "hush-hush" not in text_of(fleet, done) + box.logs()


def test_a_rollback_runs_its_own_hooks(box):
    say = "echo $SLIPWAY_ACTION $SLIPWAY_PREVIOUS_REVISION to $SLIPWAY_REVISION"
    fleet = Fleet(box, count=1, app={"before_deploy": "echo deploy", "after_deploy": say, "before_rollback": "echo back"}).start()
    assert deployed(fleet)["state"] == "succeeded"
    done = deployed(fleet, action="rollback", revision=fleet.old)
    assert step_names(node_of(done)) == ["check", "fetch", "before_rollback", "switch", "after_rollback"], done
    output = text_of(fleet, done)
    assert "back\n" in output and "deploy\n" not in output and f"rollback {fleet.new} to {fleet.old}\n" in output


def test_an_agent_refuses_a_check_that_cannot_come_true(shop, server_side):
    for check in ({}, {"tcp": "h:1", "interval_ms": 0}, {"tcp": "h:1", "timeout_ms": 0}, {"tcp": "h:1", "healthy": 0}, {"http": "h"}):
        one = shop.order(health_check={"interval_ms": 1000, "timeout_ms": 30_000, "healthy": 1, **check})
        state = server_side.order(one)
        assert state["state"] == "rejected" and state["reason"], check
    assert shop.unchanged()


def releases(site, revision, check=None, **more):
    to = orders.target(site.box.path / "www" / "releases-of-shop", site.url, vcs=site.vcs, releases=orders.releases())
    check = {"health_check": {"interval_ms": 50, "timeout_ms": 300, "healthy": 1, **check}} if check else {}
    return orders.order(to, revision, **check, **more)


def served(one):
    return (pathlib.Path(one["target"]["path"]) / "current" / "app.txt").read_text()


def test_a_node_with_releases_that_is_not_healthy_goes_back_by_itself(site, server_side):
    assert server_side.run(releases(site, site.old)).result["state"] == "succeeded"
    say = "echo $SLIPWAY_ACTION $SLIPWAY_PREVIOUS_REVISION to $SLIPWAY_REVISION"
    one = releases(site, site.new, {"command": "exit 9"}, before=["echo deploy"], before_rollback=["echo back"], after=[say])
    got = server_side.run(one)
    result = got.result
    assert (result["state"], result["step"], result["exit_code"]) == ("rolled_back", "health_check", 9), got
    assert "exit code 9" in result["reason"] and f"went back to {site.old}" in result["reason"]
    assert result["revision_before"] == result["revision_after"] == site.old and served(one) == "version 1\n"
    assert got.step_names()[-4:] == ["health_check", "before_rollback", "switch_back", "after_rollback"]
    assert got.text("before_rollback", "stdout") == "back\n"
    assert got.text("after_rollback", "stdout") == f"rollback {site.new} to {site.old}\n"


def test_a_node_goes_back_also_while_the_server_is_out_of_reach(shop, agent, link_to):
    first = link_to(agent)
    assert first.run(releases(shop, shop.old)).result["state"] == "succeeded"
    go, checking = shop.file("go"), shop.file("checking")
    one = releases(shop, shop.new, {"command": f"touch {checking}; until [ -e {go} ]; do sleep 0.02; done; exit 1", "timeout_ms": 3000})
    first.order(one)
    wait_until(checking.exists, 20, "the health check")
    first.close()
    go.touch()
    wait_until(lambda: served(one) == "version 1\n", 30, "the way back without a server")
    again = link_to(agent, instance=first.instance)
    again.follow(one["id"], 0)
    assert again.result(one["id"]).result["state"] == "rolled_back"


def test_the_first_release_has_nothing_to_go_back_to(shop, server_side):
    got = server_side.run(releases(shop, shop.new, {"command": "exit 1"}))
    assert (got.result["state"], got.result["step"]) == ("failed", "health_check"), got
    assert "switch_back" not in got.step_names()
