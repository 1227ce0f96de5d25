"""The test client against itself: what the other tests stand on."""
import socket
import threading
import time

import pytest

from lib.gate import Gate
from lib.identity import of_agents
from lib.orders import order, target
from lib.wire import LIMIT, MAGIC, WINDOW, AgentSide, Decoder, ProtocolError, ServerSide, Spool, WireFailure, encode, make_id, pack, unpack
from lib.wire import spool, tls


@pytest.fixture
def fake(box):
    fake = AgentSide(plaintext=True)  # most is about bytes on the wire
    box.on_close(fake.close)
    return fake


def test_frames_survive_being_cut_anywhere():
    data = encode(1) + encode(2, pack({"type": "follow", "order": "a", "offset": 3})) + encode(3, b"bye")
    for cut in range(len(data)):
        decoder = Decoder()
        frames = decoder.feed(data[:cut]) + decoder.feed(data[cut:])
        assert [frame.type for frame in frames] == [1, 2, 3]
        assert decoder.pending == 0 and decoder.consumed == len(data)


@pytest.mark.parametrize("data", [b"G", b"\x12\x34\x66\x40", MAGIC + b"\xff\xff\xff\xff\x02", MAGIC + b"\0\0\0\0\x09"])
def test_frames_that_break_the_rules_are_told(data):
    with pytest.raises(ProtocolError):
        Decoder().feed(data)


def test_the_limit_itself_is_allowed():
    decoder = Decoder()
    assert decoder.feed(encode(1, bytes(LIMIT)))[0].payload == bytes(LIMIT)


@pytest.mark.parametrize("payload", [
    b"", b"[]", b"{}", b'{"type":1}', b'{"type":"nonsense"}', b'{"type":"follow","order":"a"}',
    b'{"type":"follow","order":"a","offset":true}', b'{"type":"follow","order":"a","offset":1,"more":2}',
    b'{"type":"follow","order":"a","offset":1}\0raw', b'{"type":"output","stream":"stdlog"}\0x', b'\xff{"type":"ack"}'])
def test_messages_that_break_the_rules_are_told(payload):
    with pytest.raises(ProtocolError):
        unpack(payload)


def test_raw_bytes_follow_the_first_nul():
    message = unpack(pack({"type": "output", "stream": "stdout"}, b"\0a\0"))
    assert message.raw == b"\0a\0"


def test_ids_have_the_documented_form():
    ids = [make_id() for _ in range(100)]
    assert len(set(ids)) == 100
    assert all(len(one) == 26 and not set(one) - set("0123456789abcdefghjkmnpqrstvwxyz") for one in ids)


def test_a_spool_tells_steps_and_output_in_order():
    data = spool.whole_step("check") + spool.whole_step("switch", b"a", ("stderr", b"b"), b"c", exit_code=0) + spool.result()
    whole, torn = Spool(data), Spool()
    for index in range(len(data)):
        torn.feed(data[index:index + 1])
    for one in (whole, torn):
        assert one.step_names() == ["check", "switch"]
        assert one.step("switch").output == [("stdout", b"a"), ("stderr", b"b"), ("stdout", b"c")]
        assert one.result["state"] == "succeeded"
        assert one.boundaries()[-1] == len(data)


@pytest.mark.parametrize("frames", [
    spool.result() + spool.result(), spool.output(b"x"), spool.step_started("check") + spool.result(),
    spool.whole_step("switch") + spool.whole_step("check"), spool.step_finished("check"), encode(1)])
def test_a_spool_that_breaks_the_rules_is_told(frames):
    with pytest.raises(ProtocolError):
        Spool(frames)


def test_the_client_speaks_tls_on_both_sides():
    secure = AgentSide()
    try:
        with ServerSide.connect(secure) as server:
            assert server.sock.version == "TLSv1.3"
            assert tls.fingerprint_of(server.sock.peer_certificate) == of_agents().fingerprint
            assert server.run(order(target("/srv/shop"), "2" * 40)).result["revision_after"] == "2" * 40
    finally:
        secure.close()


def test_an_order_runs_on_the_fake_agent(fake):
    with ServerSide.connect(fake) as server:
        got = server.run(order(target("/srv/shop"), "2" * 40))
        assert got.result["revision_after"] == "2" * 40
        fake.wait(lambda: next(iter(fake.orders.values())).collected)
        assert server.query("status", target("/srv/shop"))["revision"] == "2" * 40


def test_the_fake_agent_keeps_to_the_window_and_resumes(fake):
    content = bytes(range(256)) * 4096  # 1 MiB
    fake.play = lambda one: one.succeed(*[content[at:at + 30_000] for at in range(0, len(content), 30_000)])
    with ServerSide.connect(fake) as server:
        server.auto_ack = False
        wanted = order(target("/srv/shop"), "2" * 40)
        server.order(wanted)
        server.follow(wanted["id"])
        server.settle()
        assert WINDOW - 31_000 < len(server.spool(wanted["id"])) <= WINDOW
        again = server.reconnect(fake)
        again.follow(wanted["id"])
        assert again.result(wanted["id"]).output() == content
        again.close()


def test_a_failure_shows_the_transcript(fake):
    with ServerSide.connect(fake) as server:
        fake.on["query"] = lambda session, message: True
        with pytest.raises(WireFailure, match='"type": "query"'):
            server.query("status", target("/srv/shop"), within=0.1)


def test_the_gate_cuts_at_the_exact_byte_and_opens_again(fake):
    gate = Gate(fake)
    with ServerSide.connect(gate):
        before = gate.passed["down"]
    gate.cut_after(5)
    with socket.create_connection(gate.address) as link:
        link.sendall(encode(2, pack({"type": "hello", "protocol": 1, "version": "", "role": "server", "instance": make_id()})))
        assert len(link.makefile("rb").read()) == 5
    assert gate.passed["down"] == before + 5
    ServerSide.connect(gate).close()
    gate.cut()
    with pytest.raises(WireFailure):
        ServerSide.connect(gate)
    gate.open()
    ServerSide.connect(gate).close()
    gate.close()


def test_the_gate_lives_through_cuts_at_any_moment(fake):
    gate = Gate(fake)
    for _ in range(100):
        gate.open()
        links = [socket.create_connection(gate.address) for _ in range(4)]
        gate.cut()
        for link in links:
            link.close()
    gate.open()
    ServerSide.connect(gate).close()
    gate.close()


def test_the_gate_stalls_and_delays(fake):
    gate = Gate(fake)
    with ServerSide.connect(gate) as server:
        gate.stall()
        with pytest.raises(WireFailure):
            server.query("status", target("/srv/shop"), within=0.1)
        gate.open()
        gate.delay = 0.1
        began = time.monotonic()
        server.query("status", target("/srv/shop"))
        assert time.monotonic() - began > 0.1
    gate.close()
    assert threading.active_count() < 50
