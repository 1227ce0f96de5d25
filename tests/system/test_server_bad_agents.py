"""Agents that misbehave: the server closes the link, says why, and everything else goes on."""
import json
import time

import pytest

from lib.fleet import of, states
from lib.server import Server, git_app, node
from lib.wait import wait_until
from lib.wire import DATA, MAGIC, AgentSide, encode, pack
from lib.wire import spool

NEW = "2" * 40
HELLO = {"type": "hello", "protocol": 1, "version": "x", "role": "agent", "instance": "0" * 26, "host": "h", "os": "o", "orders": []}


@pytest.fixture
def pair(box):
    """A server with one proper fake agent (good) and one that a test makes misbehave (bad)."""
    good, bad = AgentSide(), AgentSide()
    for fake in (good, bad):
        fake.commits = [{"revision": NEW, "author": "a", "time": "2026-01-02T03:04:05Z", "message": "m"}]
        box.on_close(fake.close)
    server = Server(box, [git_app("shop", "https://example.org/x.git", [node("good", good, "/srv/good"), node("bad", bad, "/srv/bad")])])
    return server, good, bad


def started(pair):
    server, good, bad = pair
    server.start()
    server.api.wait_online("shop")
    return server.api, good, bad


def ends(api, number, within=30):
    done = api.wait_ended(number, within=within)
    assert states(done)["good"] == "succeeded", done
    return of(done, "bad"), done


def test_proper_fake_agents_are_deployed(pair):
    api, good, bad = started(pair)
    done = api.wait_ended(api.deploy("shop")["id"])
    assert done["state"] == "succeeded" and good.revision == bad.revision == NEW
    assert len({fake.wait_order().message["revision"] for fake in (good, bad)}) == 1
    for fake in (good, bad):
        fake.wait(lambda: all(order.collected for order in fake.orders.values()), 5, "the last ack")


def test_the_server_says_hello_as_described(pair):
    api, good, _ = started(pair)
    hello = good.of("hello")[0]
    assert (hello["protocol"], hello["role"]) == (1, "server")
    assert len(hello["instance"]) == 26 and hello["instance"].isalnum() and hello["instance"] == hello["instance"].lower()


@pytest.mark.slow
def test_the_server_sends_heartbeats_after_fifteen_seconds(pair):
    api, good, _ = started(pair)
    session = good.sessions[-1]
    session.auto_heartbeat = False
    good.wait(lambda: session.heartbeats_received, 20, "a heartbeat")
    assert len(good.sessions) == 1


def test_the_servers_instance_stays_over_restarts(pair):
    api, good, _ = started(pair)
    pair[0].restart()
    api.wait_online("shop")
    assert len({hello["instance"] for hello in good.of("hello")}) == 1 and len(good.of("hello")) == 2


def test_an_order_holds_what_the_configuration_and_the_deployment_say(box, pair):
    pair[0].config["apps"][0]["node"][1].update(before_deploy="one", after_deploy=["two", "three"])
    pair[0].config["apps"][0].update(local_changes="refuse")
    api, _, bad = started(pair)
    number = api.deploy("shop", "rollback", revision=NEW)["id"]
    order = bad.wait_order().message
    assert order["target"] == {"vcs": "git", "url": "https://example.org/x.git", "branch": "main", "path": "/srv/bad", "local_changes": "refuse"}
    assert (order["app"], order["node"], order["action"], order["revision"], order["deployment"]) == ("shop", "bad", "rollback", NEW, str(number))
    assert (order["before_deploy"], order["after_deploy"], order["hook_timeout_ms"]) == (["one"], ["two", "three"], 600_000)
    assert len(order["id"]) == 26 and not set(order["id"]) - set("0123456789abcdefghjkmnpqrstvwxyz")
    api.wait_ended(number)


def test_the_target_is_resolved_once(pair):
    api, good, bad = started(pair)
    api.wait_ended(api.deploy("shop")["id"])
    asked = [query for fake in (good, bad) for query in fake.of("query") if query["kind"] == "resolve"]
    assert len(asked) == 1


HELLOS = {
    "says nothing": b"",
    "speaks http": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "another protocol": encode(DATA, pack({**HELLO, "protocol": 2})),
    "another role": encode(DATA, pack({**HELLO, "role": "server"})),
    "bad json": encode(DATA, b"{"),
    "a huge length": MAGIC + b"\xff\xff\xff\xff\x02",
    "closes": None,
}


@pytest.mark.parametrize("what", HELLOS)
def test_a_bad_hello_leaves_the_node_offline_with_a_reason(pair, what):
    server, good, bad = pair

    def greet(session):
        if HELLOS[what]:
            session.send_bytes(HELLOS[what])
        return HELLOS[what] is None
    bad.on_session = greet
    bad.on["hello"] = lambda session, message: True
    server.start()
    server.api.wait_online("shop", "good")
    told = (lambda reason: "2" in reason and "1" in reason) if what == "another protocol" else bool
    shown = server.api.wait_node("shop", "bad", lambda one: told(one["reason"] or ""), within=20)
    assert not shown["online"]
    done = server.api.wait_ended(server.api.deploy("shop")["id"])
    assert states(done) == {"good": "succeeded", "bad": "offline"} and done["state"] == "partial", done


BROKEN = {
    "wrong magic": b"\0\0\0\0\0",
    "an unknown frame type": encode(9, b""),
    "a disconnect": encode(3, b"agents do not send this"),
    "bad json": encode(DATA, b"nonsense"),
    "deep json": encode(DATA, b'{"type":"answer","id":' + b"[" * 5000),
    "a missing member": encode(DATA, pack({"type": "order_state", "id": "0" * 26})),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_link_that_breaks_the_protocol_is_made_anew(pair, what):
    api, good, bad = started(pair)
    sessions = len(bad.sessions)
    bad.sessions[-1].send_bytes(BROKEN[what])
    wait_until(lambda: len(bad.sessions) > sessions, 30, "a new connection")
    api.wait_online("shop", within=40)
    assert api.wait_ended(api.deploy("shop")["id"])["state"] == "succeeded"


def test_a_spool_that_nobody_asked_for_harms_nobody(pair):
    api, good, bad = started(pair)
    bad.sessions[-1].send({"type": "spool", "order": "0" * 26, "offset": 0}, spool.result())
    bad.sessions[-1].send({"type": "sing"})  # answered, or the link is closed: then the spool has been read
    bad.wait(lambda: bad.of("error") or len(bad.sessions) > 1, 30, "a reaction")
    api.wait_node("shop", "bad", lambda one: one["online"], 40)
    assert api.wait_ended(api.deploy("shop")["id"])["state"] == "succeeded"


def test_a_cancel_asked_for_while_the_node_is_away_is_sent_when_it_is_back(pair):
    api, good, bad = started(pair)
    bad.play = lambda order: order.append(spool.step_started("switch"))
    number = api.deploy("shop")["id"]
    order = bad.wait_order()
    wait_until(lambda: of(api.deployment(number), "bad")["steps"], 10, "the step")
    port = bad.address[1]
    bad.close()
    api.wait_node("shop", "bad", lambda one: not one["online"], 10)
    assert api.cancel(number).status == 202
    bad.on["cancel"] = lambda session, message: order.append(spool.step_finished("switch", "cancelled")) or False
    bad.listen(port)
    bad.wait_for("cancel", within=40)
    done = api.wait_ended(number)
    assert done["state"] == "cancelled" and of(done, "bad")["state"] == "cancelled", done


def test_attempts_on_a_link_that_breaks_again_and_again_come_with_growing_pauses(pair):
    """Each hello succeeds, and then the spool is garbage."""
    api, good, bad = started(pair)
    bad.play = lambda order: order.append(b"garbage, no frame")
    number = api.deploy("shop")["id"]
    bad.wait_order()
    time.sleep(5)  # what is counted is attempts per time
    assert len(bad.sessions) < 10
    api.cancel(number)


def test_unknown_messages_members_and_answers_harm_nobody(pair):
    api, good, bad = started(pair)
    session, sessions = bad.sessions[-1], len(bad.sessions)
    session.send({"type": "answer", "id": "nobody-asked", "revision": "x"})
    session.send({"type": "error", "re": "nobody-asked", "code": "io", "message": "m"})
    session.send({"type": "order_state", "id": "z" * 26, "state": "finished", "spool_length": 5})
    session.send({"type": "sing", "id": "la"})
    bad.wait_for("error")
    assert (bad.of("error")[0]["code"], bad.of("error")[0]["re"]) == ("unknown_message", "la")
    assert api.wait_ended(api.deploy("shop")["id"])["state"] == "succeeded" and len(bad.sessions) == sessions


PLAYS = {
    "a result then more": lambda order: order.append(spool.result("failed", reason="x"), spool.output(b"more"), spool.result()),
    "an output that belongs to no step": lambda order: order.append(spool.output(b"x"), spool.result("failed", reason="x")),
    "steps in the wrong order": lambda order: order.append(spool.whole_step("switch"), spool.whole_step("check"), spool.result("failed", reason="x")),
    "an unknown step": lambda order: order.append(spool.whole_step("dance"), spool.result("failed", reason="x")),
    "an unknown state": lambda order: order.append(spool.result("wonderful")),
    "garbage in the spool": lambda order: order.append(b"garbage, no frame", spool.result("failed")),
    "a message that is none of a spool": lambda order: order.append(encode(DATA, pack({"type": "cancel", "order": "x", "reason": "y"})), spool.result("failed")),
}


@pytest.mark.parametrize("what", PLAYS)
def test_a_spool_that_breaks_the_rules_never_ends_as_a_success(pair, what):
    api, good, bad = started(pair)
    bad.play = PLAYS[what]
    number = api.deploy("shop")["id"]
    wait_until(lambda: of(api.deployment(number), "good")["state"] == "succeeded", 20, "the proper node")
    bad.wait_order()
    assert api.get_json("/healthz", within=5)["status"] == "ok"
    node_, done = ends(api, number)
    assert node_["state"] in ("failed", "interrupted") and node_["reason"] and done["state"] in ("partial", "failed"), done
    assert b"more" not in api.output(number, "bad").body


@pytest.mark.parametrize("shift", [-5, 7, 1 << 40])
def test_spool_bytes_at_a_wrong_offset_are_not_taken(pair, shift):
    api, good, bad = started(pair)
    bad.play = lambda order: None
    number = api.deploy("shop")["id"]
    order = bad.wait_order()
    bad.wait_for("follow")
    first = spool.step_started("switch")
    order.append(first)
    session, sessions = bad.sessions[-1], len(bad.sessions)
    session.send({"type": "spool", "order": order.id, "offset": len(first) + shift}, spool.output(b"from nowhere"))
    wait_until(lambda: len(bad.sessions) > sessions, 30, "a new connection")
    order.append(spool.output(b"true words"), spool.step_finished("switch"), spool.result("succeeded", revision_after=NEW))
    node_, _ = ends(api, number, 40)
    assert node_["state"] == "succeeded"
    assert api.output(number, "bad").body == b"true words"


def test_a_refused_order_is_shown_with_its_reason(pair):
    api, good, bad = started(pair)

    def reject(session, message):
        session.send({"type": "order_state", "id": message["id"], "state": "rejected", "spool_length": 0, "reason": "not on my host"})
        return True
    bad.on["order"] = reject
    node_, done = ends(api, api.deploy("shop")["id"])
    assert (node_["state"], node_["reason"]) == ("rejected", "not on my host") and done["state"] in ("partial", "failed")


def test_a_resolve_that_fails_starts_nothing_and_says_why(pair):
    api, good, bad = started(pair)

    def no(session, message):
        if message["kind"] != "resolve":
            return False
        session.send({"type": "error", "re": message["id"], "code": "unavailable", "message": "the repository is on holiday"})
        return True
    good.on["query"] = bad.on["query"] = no
    response = api.post("/api/v1/apps/shop/deployments", {"action": "update"})
    assert response.status in (502, 503, 504) and "on holiday" in response.problem(response.status)
    assert api.deployments()["deployments"] == []


@pytest.mark.slow
def test_a_resolve_that_is_never_answered_ends_with_504(pair):
    api, good, bad = started(pair)
    good.on["query"] = bad.on["query"] = lambda session, message: True
    assert api.post("/api/v1/apps/shop/deployments", {"action": "update"}, within=60).problem(504)


@pytest.mark.parametrize("revision", ["", "-x", "main", 7, None])
def test_a_resolve_that_is_answered_with_nonsense_starts_nothing(pair, revision):
    api, good, bad = started(pair)

    def nonsense(session, message):
        if message["kind"] == "resolve":
            session.send({"type": "answer", "id": message["id"], "revision": revision})
        return message["kind"] == "resolve"
    good.on["query"] = bad.on["query"] = nonsense
    assert api.post("/api/v1/apps/shop/deployments", {"action": "update"}, within=60).status in (502, 503, 504)
    assert api.deployments()["deployments"] == []


def test_text_of_an_agent_that_is_no_page_text_is_kept_as_text(pair):
    api, good, bad = started(pair)
    evil = "<script>alert(1)</script>\u0000\u202e\x1b[31m"
    bad.play = lambda order: order.append(spool.whole_step("check", evil.encode(), state="failed"), spool.result("failed", step="check", reason=evil))
    number = api.deploy("shop")["id"]
    node_, _ = ends(api, number)
    assert "<script>" in node_["reason"] and json.dumps(node_)
    assert api.output(number, "bad").headers["X-Content-Type-Options"] == "nosniff"
