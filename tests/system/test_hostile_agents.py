"""Agents that are known to the server and want to harm it, or another node: nothing leaks into another node's record, and
memory stays bounded."""
import json
import re
import threading
import time
from pathlib import Path

import pytest

from lib.fleet import of, states
from lib.server import Server, git_app, node
from lib.wait import wait_until
from lib.wire import DATA, LIMIT, AgentSide, encode, make_id, pack
from lib.wire import spool

NEW = "2" * 40
ROOM = 512 << 20  # bytes by which the server may grow; what is sent is a multiple of it


class Pair:
    def __init__(self, box):
        self.good, self.bad = AgentSide(), AgentSide()
        for fake in (self.good, self.bad):
            fake.commits = [{"revision": NEW, "author": "a", "time": "2026-01-02T03:04:05Z", "message": "m"}]
            box.on_close(fake.close)
        self.server = Server(box, [git_app("shop", "https://example.org/x.git",
                                           [node("good", self.good, "/srv/good"), node("bad", self.bad, "/srv/bad")])]).start()
        self.api = self.server.api
        self.api.wait_online("shop")

    def memory(self):
        """Of the server, in bytes: what it holds now."""
        text = Path(f"/proc/{self.server.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB", text, re.M)[1]) << 10


@pytest.fixture
def pair(box):
    return Pair(box)


def send_until_closed(session, frames, seconds=20):
    """How many bytes were taken before the link ended or the time was over."""
    sent, deadline = 0, time.monotonic() + seconds
    try:
        for frame in frames:
            if time.monotonic() > deadline:
                break
            session.sock.settimeout(5)
            session.sock.sendall(frame)
            sent += len(frame)
    except OSError:
        pass
    return sent


def watched(pair, work):
    """Does the work in a thread; the most that the server grew by meanwhile."""
    before, most = pair.memory(), 0
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        most = max(most, pair.memory() - before)
        thread.join(0.05)
    return max(most, pair.memory() - before)


def deploys_still(pair):
    """The other node is served; what becomes of the bad one is its own affair."""
    done = pair.api.wait_ended(pair.api.deploy("shop", nodes=["good"])["id"])
    assert states(done) == {"good": "succeeded"}, done


@pytest.mark.slow
def test_frames_of_16_mib_without_end_stay_bounded(pair):
    filler = "A" * (LIMIT - 1000)
    frame = encode(DATA, pack({"type": "answer", "id": "x", "revision": filler}))
    grown = watched(pair, lambda: send_until_closed(pair.bad.sessions[-1], [frame] * 60))
    assert grown < ROOM, f"{grown >> 20} MiB"
    deploys_still(pair)


@pytest.mark.slow
def test_a_frame_that_never_ends_stays_bounded(pair):
    head = encode(DATA, b" " * LIMIT)
    grown = watched(pair, lambda: send_until_closed(pair.bad.sessions[-1], [head[:-1], *[b" " * 65_536] * 4000]))
    assert grown < ROOM, f"{grown >> 20} MiB"
    deploys_still(pair)


def test_a_hello_with_a_hundred_thousand_orders_stays_bounded(pair):
    lie = [{"id": make_id(), "state": "finished", "spool_length": 1 << 50} for _ in range(100_000)]
    hello = {"type": "hello", "protocol": 1, "version": "x", "role": "agent", "instance": pair.bad.instance, "orders": lie}
    def answer(session, message):
        session.instance = message["instance"]
        session.sock.settimeout(20)
        session.sock.sendall(encode(DATA, json.dumps(hello).encode()))
        return True
    pair.bad.on["hello"] = answer
    def again():
        pair.bad.drop()
        wait_until(lambda: len(pair.bad.sessions) > 1, 20, "another link")
        deploys_still(pair)
    grown = watched(pair, again)
    assert grown < ROOM, f"{grown >> 20} MiB"


def test_a_flood_of_small_messages_keeps_nobody_else_waiting(pair):
    session = pair.bad.sessions[-1]
    flood = encode(DATA, pack({"type": "error", "code": "io", "message": "no"})) * 200
    thread = threading.Thread(target=send_until_closed, args=(session, [flood] * 400, 10), daemon=True)
    thread.start()
    deploys_still(pair)
    thread.join(20)


def test_a_result_for_an_order_of_another_node_changes_nothing_there(pair):
    pair.good.play = lambda order: None  # it is at work until the test says otherwise
    pair.bad.play = lambda order: None
    number = pair.api.deploy("shop")["id"]
    theirs = pair.good.wait_order()
    pair.bad.wait_order()
    lie = spool.whole_step("switch") + spool.result("succeeded", revision_after="f" * 40)
    session = pair.bad.sessions[-1]
    session.send({"type": "order_state", "id": theirs.id, "state": "finished", "spool_length": len(lie)})
    session.send({"type": "spool", "order": theirs.id, "offset": 0}, lie)
    session.send({"type": "order_state", "id": theirs.id, "state": "rejected", "spool_length": 0, "reason": "says the other"})
    pair.api.wait_online("shop", "good")
    assert of(pair.api.deployment(number), "good")["state"] == "running"
    theirs.succeed(b"from the right one\n")
    wait_until(lambda: of(pair.api.deployment(number), "good")["state"] == "succeeded", 20, "the right result")
    assert pair.api.output(number, "good").body == b"from the right one\n"
    assert of(pair.api.deployment(number), "good")["revision_after"] == NEW


def test_results_for_orders_that_nobody_gave_harm_nobody(pair):
    session = pair.bad.sessions[-1]
    for _ in range(50):
        order = make_id()
        session.send({"type": "order_state", "id": order, "state": "finished", "spool_length": 10})
        session.send({"type": "order_state", "id": order, "state": "running", "spool_length": 1 << 60})
    deploys_still(pair)
    assert len(pair.api.deployments()["deployments"]) == 1


@pytest.mark.slow
def test_a_spool_that_pretends_to_be_huge_stays_bounded(pair):
    def play(order):
        session = pair.bad.sessions[-1]
        session.send({"type": "order_state", "id": order.id, "state": "running", "spool_length": 1 << 60})
        def pour():
            piece = spool.output(b"x" * 30_000)
            frames = [spool.step_started("switch")] + [piece] * 4000
            offset = 0
            for frame in frames:
                try:
                    session.send({"type": "spool", "order": order.id, "offset": offset}, frame)
                except AssertionError:
                    return
                offset += len(frame)
        threading.Thread(target=pour, daemon=True).start()
    pair.bad.play = play
    grown = watched(pair, lambda: deploys_beside(pair))
    assert grown < ROOM, f"{grown >> 20} MiB"


def deploys_beside(pair):
    number = pair.api.deploy("shop")["id"]
    wait_until(lambda: of(pair.api.deployment(number), "good")["state"] == "succeeded", 30, "the good node")
    pair.api.cancel(number)
    pair.bad.drop()
