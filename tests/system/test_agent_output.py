"""Output: complete, in order, marked, and never torn."""
import hashlib

ALTERNATE = 'i=0; while [ $i -lt 300 ]; do echo "out $i"; echo "err $i" >&2; i=$((i+1)); done'


def test_stdout_and_stderr_keep_their_order_and_are_marked(shop, server_side):
    got = server_side.run(shop.order(after=[ALTERNATE]))
    pieces = got.step("after_deploy").output
    assert pieces == [piece for i in range(300) for piece in (("stdout", b"out %d\n" % i), ("stderr", b"err %d\n" % i))]


def test_any_byte_passes_unchanged(shop, server_side):
    data = bytes(range(256)) * 40
    shop.file("data").write_bytes(data)
    got = server_side.run(shop.order(after=[f"cat {shop.file('data')}"]))
    assert got.output("after_deploy", "stdout") == data


def test_much_output_arrives_complete(shop, server_side):
    line = b"%09d abcdefghijklmnopqrstuvwxyz 0123456789\n"
    data = b"".join(line % number for number in range(200_000))
    shop.file("data").write_bytes(data)
    got = server_side.run(shop.order(after=[f"cat {shop.file('data')}"]), within=60)
    assert hashlib.sha256(got.output("after_deploy", "stdout")).digest() == hashlib.sha256(data).digest()


def test_a_character_is_not_torn_over_two_messages(shop, server_side):
    shop.file("data").write_text("a" + "商店😀é" * 30_000, encoding="utf-8")
    got = server_side.run(shop.order(after=[f"cat {shop.file('data')}"]))
    pieces = [event.raw for event in got.events if event.type == "output" and event["stream"] == "stdout"]
    assert len(pieces) > 1
    for piece in pieces:
        piece.decode("utf-8")


def test_a_character_written_in_two_halves_is_not_torn_either(shop, server_side):
    got = server_side.run(shop.order(after=[r"printf 'x\345\225'; sleep 0.3; printf '\206y'"]))
    pieces = [event.raw for event in got.events if event.type == "output" and event["stream"] == "stdout"]
    assert b"".join(pieces) == "x商y"[:1].encode() + b"\xe5\x95\x86y"
    for piece in pieces:
        piece.decode("utf-8")


def test_half_a_character_at_the_end_is_not_lost(shop, server_side):
    got = server_side.run(shop.order(after=[r"printf 'x\345\225'"]))
    assert got.output("after_deploy", "stdout") == b"x\xe5\x95"


def test_output_is_seen_while_the_hook_runs(shop, server_side):
    one = shop.order(after=[f"echo now; until [ -e {shop.file('go')} ]; do sleep 0.02; done; echo later"])
    server_side.order(one)
    server_side.follow(one["id"])
    server_side.output(one["id"], "now\n", within=10)
    assert not server_side.spool(one["id"]).result
    shop.file("go").touch()
    assert server_side.result(one["id"]).text("after_deploy", "stdout") == "now\nlater\n"


def test_output_without_a_newline_is_seen_while_the_hook_runs(shop, server_side):
    one = shop.order(after=[f"printf now; until [ -e {shop.file('go')} ]; do sleep 0.02; done"])
    server_side.order(one)
    server_side.follow(one["id"])
    server_side.output(one["id"], "now", within=10)
    shop.file("go").touch()
    server_side.result(one["id"])
