"""Following a spool from an offset, acknowledging it, and what the agent keeps."""
import pytest

from lib.wait import wait_until
from lib.wire import WINDOW

BIG = "i=0; while [ $i -lt 20000 ]; do echo \"$i some words to make the line longer, and a few more\"; i=$((i+1)); done"


def finished(server_side, order):
    """Runs an order without acknowledging anything; its spool."""
    server_side.auto_ack = False
    return server_side.run(order)


def test_any_frame_can_be_resumed_at_with_identical_bytes(shop, server_side):
    one = shop.order(before=["echo 1; echo 2 >&2"], after=["printf 'a\\nb\\n'"])
    whole = finished(server_side, one)
    for offset in whole.boundaries()[:-1]:
        server_side.follow(one["id"], offset)
        inbox = server_side.inbox(one["id"])
        server_side.pump(lambda: inbox.next == len(whole), 5, f"the rest from {offset}")


def test_a_new_link_resumes_where_the_old_one_stopped(shop, agent, server_side):
    one = shop.order(after=[BIG])
    server_side.order(one)
    server_side.follow(one["id"])
    links, link = 0, server_side
    while not link.spool(one["id"]).result:
        size = len(link.spool(one["id"]))
        link.pump(lambda: len(link.spool(one["id"])) > size, 20, "more of the spool")
        if links < 6:
            link, links = link.reconnect(agent), links + 1
            link.follow(one["id"])
    lines = link.spool(one["id"]).text("after_deploy", "stdout")
    assert [line.split()[0] for line in lines.splitlines()] == [str(number) for number in range(20000)]
    assert links == 6
    link.close()


def test_an_order_is_finished_when_its_spool_ends_with_a_result(shop, server_side):
    one = shop.order()
    finished(server_side, one)
    assert server_side.follow(one["id"], 0)["state"] == "finished"


def test_a_later_follow_replaces_an_earlier_one(shop, server_side):
    one = shop.order(after=["echo hello"])
    whole = finished(server_side, one)
    server_side.follow(one["id"], 0)
    server_side.follow(one["id"], whole.boundaries()[1])
    inbox = server_side.inbox(one["id"])
    server_side.pump(lambda: inbox.next == len(whole), 5, "the end of the spool")
    server_side.settle(0.2)
    assert inbox.next == len(whole)


def test_following_from_the_end_brings_what_is_appended_later(shop, server_side):
    one = shop.order(after=[f"echo one; until [ -e {shop.file('go')} ]; do sleep 0.02; done; echo two"])
    server_side.order(one)
    server_side.follow(one["id"])
    server_side.output(one["id"], "one\n")
    server_side.settle(0.1)
    state = server_side.follow(one["id"])
    assert (state["state"], state["spool_length"]) == ("running", len(server_side.spool(one["id"])))
    shop.file("go").touch()
    assert server_side.result(one["id"]).text("after_deploy", "stdout") == "one\ntwo\n"


@pytest.mark.parametrize("back", [1, 5])
def test_an_offset_inside_a_frame_brings_no_wrong_bytes(shop, agent, server_side, link_to, back):
    """The protocol gives whole frames only: the agent may refuse, or end the link, but must not invent."""
    one = shop.order()
    whole = bytes(finished(server_side, one).data)
    server_side.send({"type": "follow", "order": one["id"], "offset": len(whole) - back})
    got = bytearray()
    try:
        for _ in range(2):
            message = server_side.read(server_side.last_sent + 0.5)
            got += message.raw if message and message.type == "spool" else b""
    except EOFError:
        pass
    assert whole.endswith(bytes(got))
    assert link_to(agent).query("status", shop.target())["revision"] == shop.new


def test_an_offset_beyond_the_end_harms_nobody(shop, agent, server_side, link_to):
    one = shop.order()
    finished(server_side, one)
    server_side.send({"type": "follow", "order": one["id"], "offset": 1 << 40})
    again = link_to(agent, instance=server_side.instance)
    again.follow(one["id"], 0)
    assert again.result(one["id"]).result["state"] == "succeeded"


def test_an_unknown_order_is_told(agent, server_side):
    assert server_side.follow("0" * 26)["state"] == "unknown"
    assert server_side.cancel("0" * 26)["state"] == "unknown"


def test_at_most_the_window_is_sent_without_an_ack(shop, server_side):
    one = shop.order(after=[BIG])
    server_side.auto_ack = False
    server_side.order(one)
    server_side.follow(one["id"])
    spool = server_side.spool(one["id"])
    server_side.pump(lambda: len(spool) > WINDOW - 66_000, 20, "the window's worth")
    server_side.settle(0.5)
    assert not spool.result and len(spool) <= WINDOW
    first = len(spool)
    server_side.ack(one["id"], spool.boundaries()[len(spool.boundaries()) // 2])
    server_side.settle(0.5)
    assert first < len(spool) <= server_side.inbox(one["id"]).acked + WINDOW
    server_side.auto_ack = True
    server_side.ack(one["id"])
    assert len(server_side.result(one["id"]).text("after_deploy", "stdout").splitlines()) == 20000


def test_a_full_window_of_one_order_does_not_hold_up_another_or_a_query(box, shop, server_side):
    big, small = shop.order(after=[BIG]), shop.order(target={**shop.target(), "path": str(box.path / "www/other")})
    server_side.auto_ack = False
    server_side.order(big)
    server_side.follow(big["id"])
    server_side.settle(0.3)
    assert server_side.run(small).result["state"] == "succeeded"
    assert server_side.query("status", small["target"])["revision"] == shop.new


def test_unacknowledged_orders_are_told_in_hello_and_collected_ones_are_not(shop, agent, server_side, link_to):
    one, two = shop.order(), shop.order(shop.old)
    server_side.auto_ack = False
    whole = server_side.run(one)
    server_side.run(two)
    wait_until(lambda: not agent.runners(), 5, "the end of the runners")
    again = server_side.reconnect(agent)
    assert sorted(order["id"] for order in again.peer["orders"]) == sorted([one["id"], two["id"]])
    told = next(order for order in again.peer["orders"] if order["id"] == one["id"])
    assert told == {"id": one["id"], "state": "finished", "spool_length": len(whole)}
    again.ack(one["id"], len(whole))
    again.query("status", shop.target())
    third = again.reconnect(agent)
    assert [order["id"] for order in third.peer["orders"]] == [two["id"]]
    third.close()


def test_an_ack_of_a_part_does_not_collect(shop, agent, server_side):
    one = shop.order()
    whole = finished(server_side, one)
    server_side.ack(one["id"], whole.boundaries()[-2])
    server_side.query("status", shop.target())
    again = server_side.reconnect(agent)
    assert [order["id"] for order in again.peer["orders"]] == [one["id"]]
    again.follow(one["id"], 0)
    again.result(one["id"])
    again.close()


def test_a_running_order_is_told_in_hello(shop, agent, server_side):
    one = shop.order(after=[f"echo x; until [ -e {shop.file('go')} ]; do sleep 0.02; done"])
    server_side.order(one)
    server_side.follow(one["id"])
    server_side.output(one["id"], "x\n")
    again = server_side.reconnect(agent)
    assert [(order["id"], order["state"]) for order in again.peer["orders"]] == [(one["id"], "running")]
    shop.file("go").touch()
    again.follow(one["id"])
    assert again.result(one["id"]).result["state"] == "succeeded"
    again.close()


def test_a_collected_order_given_again_does_not_run_again(shop, agent, server_side):
    """The server may be killed between its ack and the next thing it does."""
    runs = shop.file("runs")
    one = shop.order(after=[f"echo run >> {runs}"])
    server_side.run(one)
    server_side.query("status", shop.target())
    server_side.order(one)
    server_side.settle(0.5)
    wait_until(lambda: not agent.runners(), 5, "the end of the runners")
    assert runs.read_text() == "run\n"
