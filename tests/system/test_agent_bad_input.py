"""What a stranger or a broken server sends: the link is closed, nothing is answered, everybody else goes on."""
import json
import socket
import struct

import pytest

from lib.orders import order, target
from lib.wire import DATA, HEARTBEAT, MAGIC, Link, ServerSide, encode, make_id, pack

HELLO = {"type": "hello", "protocol": 1, "version": "x", "role": "server", "instance": make_id()}


def nested(levels):
    """An object that is `levels` deep."""
    return ("{\"type\":\"hello\",\"deep\":" + "[" * (levels - 1) + "]" * (levels - 1) + "}").encode()


STRANGERS = {
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "the first four bytes of http": b"GET ",
    "tls": bytes.fromhex("1603010200010001fc0303"),
    "zeros": bytes(64),
    "magic with one wrong bit": b"\x12\x34\x66\x40" + bytes(5),
    "a length of 4 GiB": MAGIC + b"\xff\xff\xff\xff\x02",
    "a length one above the limit": MAGIC + struct.pack(">IB", 16 * 1024 * 1024 + 1, DATA),
    "an unknown type": encode(0x04, b"{}"),
    "type zero": encode(0, b""),
    "garbage for json": encode(DATA, b"garbage"),
    "an empty payload": encode(DATA, b""),
    "no object": encode(DATA, b"[1,2]"),
    "json with something behind": encode(DATA, json.dumps(HELLO).encode() + b" x"),
    "half of an object": encode(DATA, b'{"type":"hello","protocol":1'),
    "no type": encode(DATA, b'{"protocol":1}'),
    "a type that is no string": encode(DATA, b'{"type":7}'),
    "not UTF-8": encode(DATA, json.dumps({**HELLO, "version": "@"}).encode().replace(b"@", b"\xff\xfe")),
    "33 levels": encode(DATA, nested(33)),
    "100,000 levels": encode(DATA, b'{"type":' + b"[" * 100_000),
    "another protocol": encode(DATA, pack({**HELLO, "protocol": 2})),
    "protocol as text": encode(DATA, pack({**HELLO, "protocol": "1"})),
    "another role": encode(DATA, pack({**HELLO, "role": "agent"})),
    "a role of its own": encode(DATA, pack({**HELLO, "role": "admin"})),
    "an instance that is none": encode(DATA, pack({**HELLO, "instance": "../../etc"})),
    "no instance": encode(DATA, pack({key: value for key, value in HELLO.items() if key != "instance"})),
    "an order before hello": encode(DATA, pack({"type": "order", **order(target("/tmp/x"), "1" * 40)})),
    "a query before hello": encode(DATA, pack({"type": "query", "id": "a", "kind": "status", "target": target("/tmp/x")})),
}


@pytest.mark.parametrize("what", STRANGERS)
def test_a_stranger_is_closed_without_an_answer(plain_agent, link_to, what):
    link = Link(socket.create_connection(plain_agent.address, timeout=5), "stranger")
    link.send_bytes(STRANGERS[what])
    assert link.expect_closed(within=5) < 4
    assert link_to(plain_agent).peer["role"] == "agent"
    assert plain_agent.running()


def test_the_reason_is_logged(plain_agent):
    with Link(socket.create_connection(plain_agent.address, timeout=5), "stranger") as link:
        link.send_bytes(b"GET / HTTP/1.1\r\n\r\n")
        link.expect_closed(5)
    plain_agent.wait_log("magic", within=3)


def test_another_protocol_is_logged_with_both_versions(plain_agent):
    with Link(socket.create_connection(plain_agent.address, timeout=5), "server of the future") as link:
        link.send({**HELLO, "protocol": 77})
        link.expect_closed(5)
    plain_agent.wait_log("77", within=3)


KNOWN = {"type": "follow", "order": make_id(), "offset": 0}
BROKEN = {
    "a missing member": encode(DATA, pack({"type": "follow", "order": make_id()})),
    "a member of the wrong type": encode(DATA, pack({**KNOWN, "offset": "0"})),
    "a negative offset": encode(DATA, pack({**KNOWN, "offset": -1})),
    "a fraction": encode(DATA, pack({**KNOWN, "offset": 0.5})),
    "a number above 64 bits": encode(DATA, b'{"type":"follow","order":"' + make_id().encode() + b'","offset":1e300}'),
    "null for a member": encode(DATA, pack({**KNOWN, "order": None})),
    "bad json": encode(DATA, b"{"),
    "wrong magic": b"\0\0\0\0",
    "too many raw bytes": encode(DATA, pack(KNOWN, bytes(65_537))),
    "a target that is no object": encode(DATA, pack({"type": "query", "id": "a", "kind": "status", "target": "x"})),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_server_that_breaks_the_protocol_is_closed(agent, server_side, link_to, what):
    server_side.send_bytes(BROKEN[what])
    server_side.expect_closed(within=5)
    assert link_to(agent).peer["role"] == "agent"


def test_a_frame_cut_in_half_by_a_close_harms_nobody(plain_agent, link_to):
    whole = encode(DATA, pack(HELLO))
    for size in (1, 3, 4, 8, 9, 10, len(whole) - 1):
        with socket.create_connection(plain_agent.address, timeout=5) as link:
            link.sendall(whole[:size])
    with ServerSide.connect(plain_agent) as server:
        server.send_bytes(encode(DATA, pack(KNOWN))[:20])
        server.reset()
    assert link_to(plain_agent).query("status", target("/nowhere"))["modified_total"] == 0


def test_a_frame_that_comes_byte_by_byte_is_understood(agent):
    with ServerSide.connect(agent, hello=False) as server:
        for byte in encode(DATA, pack(HELLO)):
            server.sock.sendall(bytes([byte]))
        assert server.expect_message("hello")["role"] == "agent"


def test_many_frames_in_one_write_are_understood(agent, server_side):
    queries = [make_id() for _ in range(20)]
    server_side.send_bytes(b"".join(encode(HEARTBEAT) + encode(DATA, pack(
        {"type": "query", "id": query, "kind": "status", "target": target("/nowhere")})) for query in queries))
    server_side.pump(lambda: all(query in server_side.answers for query in queries), 20, "the answers")


def test_an_unknown_message_is_answered_with_an_error_and_the_link_goes_on(server_side):
    server_side.send({"type": "sing", "id": "abc"})
    server_side.pump(lambda: server_side.errors, 5, "the error")
    assert (server_side.errors[0]["code"], server_side.errors[0]["re"]) == ("unknown_message", "abc")
    server_side.send({"type": "dance"})
    server_side.pump(lambda: len(server_side.errors) == 2, 5, "the second error")
    assert "re" not in server_side.errors[1].body
    assert server_side.query("status", target("/nowhere"))


def test_unknown_members_are_ignored(shop, agent):
    with ServerSide.connect(agent, hello=False) as server:
        server.hello(more={"deep": [1, {"x": None}]}, protocols=[1, 2])
        assert server.run(shop.order(colour="red")).result["state"] == "succeeded"


def test_thirty_two_levels_are_allowed(agent):
    with ServerSide.connect(agent, hello=False) as server:
        deep = 0
        for _ in range(31):
            deep = [deep]
        server.hello(deep=deep)


def test_a_heartbeat_with_a_payload_is_a_heartbeat(server_side):
    server_side.send_bytes(encode(HEARTBEAT, b"x" * 1000))
    assert server_side.query("status", target("/nowhere"))


def test_a_disconnect_ends_the_link_and_not_the_order(shop, agent, server_side):
    one = shop.order(after=[f"until [ -e {shop.file('go')} ]; do sleep 0.02; done"])
    server_side.order(one)
    server_side.disconnect("the server goes 停")
    server_side.expect_closed(5)
    again = server_side.reconnect(agent)
    shop.file("go").touch()
    again.follow(one["id"])
    assert again.result(one["id"]).result["state"] == "succeeded"
    agent.wait_log("the server goes 停", within=3)
    again.close()
