"""A held order: prepared, and not switched before the server says so."""
import time

import pytest



def hold(server_side, site, **more):
    """A held order that has been prepared."""
    one = site.order(before=[f"touch {site.file('before')}"], **{"hold_ms": 60_000, **more})
    server_side.order(one)
    server_side.follow(one["id"])
    server_side.finished(one["id"], "fetch")
    return one["id"]


def test_nothing_is_switched_before_the_word_comes(site, server_side):
    order = hold(server_side, site)
    server_side.settle()
    assert not server_side.spool(order).step("before_deploy") and not site.file("before").exists() and site.unchanged()
    assert server_side.proceed(order)["state"] == "running"
    assert server_side.result(order).result["state"] == "succeeded"
    assert site.switched() and site.file("before").exists()


def test_the_word_is_obeyed_at_once(shop, server_side):
    order = hold(server_side, shop)
    began = time.monotonic()
    server_side.proceed(order)
    server_side.step(order, "before_deploy")
    assert time.monotonic() - began < 0.9, "it should not have waited for its next look"
    server_side.result(order)


def test_a_word_that_comes_early_or_twice_does_no_harm(shop, server_side):
    one = shop.order(hold_ms=60_000)
    assert server_side.proceed(one["id"])["state"] == "unknown"
    server_side.order(one)
    for _ in range(3):
        server_side.proceed(one["id"])
    server_side.follow(one["id"])
    assert server_side.result(one["id"]).result["state"] == "succeeded"
    assert server_side.proceed(one["id"])["state"] == "finished"


def test_a_held_order_fails_when_no_word_comes(shop, server_side):
    order = hold(server_side, shop, hold_ms=300)
    result = server_side.result(order).result
    assert (result["state"], result["step"]) == ("failed", "fetch"), result
    assert "nothing was switched" in result["reason"] and shop.unchanged()


def test_a_held_order_can_be_cancelled(shop, server_side):
    order = hold(server_side, shop)
    server_side.cancel(order, "another node could not prepare")
    result = server_side.result(order, within=5).result
    assert result["state"] == "cancelled" and "another node could not prepare" in result["reason"]
    assert shop.unchanged() and not shop.file("before").exists()


def test_a_held_order_outlives_its_agent(shop, agent, server_side):
    order = hold(server_side, shop)
    agent.kill()
    agent.start()
    again = server_side.reconnect(agent)
    again.follow(order)
    again.proceed(order)
    assert again.result(order).result["state"] == "succeeded" and shop.switched()


def test_the_path_is_taken_while_an_order_is_held(shop, server_side):
    held = hold(server_side, shop)
    refused = server_side.run(shop.order()).result
    assert refused["state"] == "failed" and "another order is at work" in refused["reason"]
    server_side.proceed(held)
    assert server_side.result(held).result["state"] == "succeeded"


@pytest.mark.parametrize("limit", [0, 31 * 24 * 3_600_000])
def test_an_impossible_time_is_refused(shop, server_side, limit):
    state = server_side.order(shop.order(hold_ms=limit))
    assert state["state"] == "rejected" and "held for" in state["reason"]
