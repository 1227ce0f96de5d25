"""Several servers on one agent, and several links of one server."""
from lib.wire import WINDOW


def test_a_server_sees_only_its_own_orders(shop, agent, link_to):
    mine, other = link_to(agent), link_to(agent)
    mine.auto_ack = False
    one = shop.order(after=[f"echo here; until [ -e {shop.file('go')} ]; do sleep 0.02; done"])
    mine.order(one)
    mine.follow(one["id"])
    mine.output(one["id"], "here")
    assert other.follow(one["id"], 0)["state"] == "unknown"
    assert other.cancel(one["id"])["state"] == "unknown"
    assert other.reconnect(agent).peer["orders"] == []
    shop.file("go").touch()
    assert mine.result(one["id"]).result["state"] == "succeeded"


def test_an_ack_of_a_stranger_collects_nothing(shop, agent, link_to):
    mine, other = link_to(agent), link_to(agent)
    mine.auto_ack = False
    one = shop.order()
    whole = mine.run(one)
    other.send({"type": "ack", "order": one["id"], "offset": len(whole)})
    other.query("status", shop.target())
    again = mine.reconnect(agent)
    assert [order["id"] for order in again.peer["orders"]] == [one["id"]]
    again.follow(one["id"], 0)
    again.result(one["id"])
    again.close()


def test_the_id_of_another_servers_order_is_refused(shop, agent, link_to):
    mine, other = link_to(agent), link_to(agent)
    one = shop.order(after=[f"echo run >> {shop.file('runs')}"])
    mine.auto_ack = False
    mine.run(one)
    assert other.order(one)["state"] in ("rejected", "unknown")
    other.settle(0.3)
    assert shop.file("runs").read_text() == "run\n"


def test_two_servers_have_orders_at_the_same_time(box, shop, agent, link_to):
    sides = [link_to(agent), link_to(agent)]
    meet = "touch {0}; until [ -e {1} ]; do sleep 0.02; done; echo met"
    names = [box.path / "left", box.path / "right"]
    pairs = []
    for side, here, there, path in zip(sides, names, reversed(names), ("www/left", "www/right")):
        one = shop.order(target={**shop.target(), "path": str(box.path / path)}, after=[meet.format(here, there)])
        side.order(one)
        side.follow(one["id"])
        pairs.append((side, one))
    for side, one in pairs:
        assert side.result(one["id"]).text("after_deploy", "stdout") == "met\n"


def test_of_two_servers_orders_for_one_path_one_runs_and_the_other_is_told(shop, agent, link_to):
    first, second = link_to(agent), link_to(agent)
    one = shop.order(before=[f"echo first; until [ -e {shop.file('go')} ]; do sleep 0.02; done"])
    first.order(one)
    first.follow(one["id"])
    first.output(one["id"], "first")
    refused = second.run(shop.order(shop.old, after=[f"touch {shop.file('second')}"])).result
    assert (refused["state"], refused["step"]) == ("failed", "check") and "another order is at work" in refused["reason"], refused
    assert str(shop.path) in refused["reason"] and not shop.file("second").exists()
    shop.file("go").touch()
    assert first.result(one["id"]).result["state"] == "succeeded" and shop.switched()
    assert second.run(shop.order()).result["state"] == "succeeded", "the path is free again"


def test_two_links_of_one_server_follow_one_order(shop, agent, link_to):
    first = link_to(agent)
    one = shop.order(after=["echo hello"])
    first.auto_ack = False
    first.run(one)
    second = link_to(agent, instance=first.instance)
    assert [order["id"] for order in second.peer["orders"]] == [one["id"]]
    second.follow(one["id"], 0)
    assert second.result(one["id"]).data == first.spool(one["id"]).data


def test_a_stalled_server_does_not_hold_up_another(shop, agent, link_to):
    """It follows a big spool, acknowledges far ahead, and reads nothing."""
    slow, quick = link_to(agent), link_to(agent)
    big = shop.order(after=["dd if=/dev/zero bs=1024 count=20000 2>/dev/null"])
    slow.order(big)
    slow.send({"type": "follow", "order": big["id"], "offset": 0})
    for step in range(1, 80):
        slow.send({"type": "ack", "order": big["id"], "offset": step * WINDOW})
    for _ in range(20):
        # Answered in time is what counts; the order's own switch may be half way in the working copy just then.
        assert quick.query("status", shop.target(), within=5)["revision"]
