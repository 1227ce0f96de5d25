"""Silence, slowness and crowds: the time limits of the protocol, waited for as they are."""
import resource
import socket
import time

import pytest

from lib.agent import Agent
from lib.orders import target
from lib.wire import DATA, HEARTBEAT, Link, ServerSide, encode, make_id, pack

pytestmark = pytest.mark.slow
HELLO = encode(DATA, pack({"type": "hello", "protocol": 1, "version": "x", "role": "server", "instance": make_id()}))


def test_who_says_nothing_is_closed_after_ten_seconds(agent):
    with Link(socket.create_connection(agent.address, timeout=5), "silent") as link:
        link.auto_heartbeat = False
        assert 9 < link.expect_closed(within=15) < 14


def test_who_says_one_byte_a_second_is_closed_after_ten_seconds(plain_agent, link_to):
    with socket.create_connection(plain_agent.address, timeout=5) as slow:
        began = time.monotonic()
        slow.settimeout(0.9)
        for byte in HELLO:
            try:
                slow.sendall(bytes([byte]))
                if slow.recv(10) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        assert 9 < time.monotonic() - began < 15
    assert link_to(plain_agent).peer


def test_heartbeats_alone_are_no_hello(plain_agent):
    with socket.create_connection(plain_agent.address, timeout=5) as link:
        began = time.monotonic()
        link.settimeout(1)
        while time.monotonic() - began < 20:
            try:
                link.sendall(encode(HEARTBEAT))
                if link.recv(10) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        assert time.monotonic() - began < 15


def test_the_agent_sends_heartbeats_after_fifteen_seconds_and_closes_after_forty_five(agent, server_side):
    server_side.auto_heartbeat = False
    server_side.heartbeat()
    began = time.monotonic()
    assert server_side.read(began + 18) is None and server_side.heartbeats_received == 1
    assert server_side.read(began + 34) is None and server_side.heartbeats_received == 2
    assert 42 < 34 + server_side.expect_closed(within=20) < 53


def test_a_server_that_sends_heartbeats_stays(agent, server_side):
    began = time.monotonic()
    while time.monotonic() - began < 52:
        assert server_side.read(time.monotonic() + 5) is None
    assert server_side.query("status", target("/nowhere"))


def connections(agent, count):
    return [socket.create_connection(agent.address, timeout=5) for _ in range(count)]


@pytest.fixture
def many_files():
    """Enough file descriptors for this process; the agent is started with the usual 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_thousand_idle_connections_do_not_hold_up_a_proper_session(box, shop, many_files):
    agent = Agent(box).start(wrapper=["prlimit", "--nofile=1200"])
    idle = connections(agent, 1000)
    with ServerSide.connect(agent) as server:
        began = time.monotonic()
        assert server.run(shop.order(after=["echo fine"])).result["state"] == "succeeded"
        assert time.monotonic() - began < 9, "the idle ones were still there"
        for one in idle:
            one.settimeout(15)
            assert one.recv(1) == b"", "an idle connection got an answer"
        assert server.query("status", shop.target())["revision"] == shop.new


def test_more_connections_than_file_descriptors_do_not_end_the_agent(box, shop, many_files):
    agent = Agent(box).start(wrapper=["prlimit", "--nofile=300"])
    idle = connections(agent, 290)
    for one in idle:
        one.close()
    deadline = time.monotonic() + 20
    while True:
        try:
            with ServerSide.connect(agent) as server:
                assert server.run(shop.order()).result["state"] == "succeeded"
                return
        except (AssertionError, OSError):
            if time.monotonic() > deadline:
                raise
