"""The agent's disk is full: the order fails with a sentence that says so, and the result still arrives."""
import re

import pytest

from lib.agent import Agent
from lib.small_disk import seen_by, wrapper

FULL = re.compile(r"no space|disk (is )?full|full disk|space left", re.I)


@pytest.fixture
def small(box):
    agent = Agent(box)
    return agent.start(wrapper(agent.data))


def fill(agent, leave=0):
    """Takes what is free on the agent's disk, but for `leave` bytes; how to give it back."""
    file = seen_by(agent, agent.data) / "filler"
    with open(file, "wb", buffering=0) as out:
        try:
            while out.write(bytes(4096)):
                pass
        except OSError:
            pass
        out.truncate(max(0, out.tell() - leave))
    return file.unlink


def test_output_that_fills_the_disk_fails_the_order_and_the_result_arrives(shop, small, link_to):
    side = link_to(small)
    one = shop.order(before=["dd if=/dev/zero bs=1024 count=8192 2>/dev/null; sleep 1"], after=[f"touch {shop.file('after')}"])
    got = side.run(one)
    assert (got.result["state"], got.result["step"]) == ("failed", "before_deploy"), got
    assert FULL.search(got.result["reason"]), got.result
    assert shop.unchanged() and not shop.file("after").exists()


def test_the_agent_works_again_when_there_is_room(shop, small, link_to):
    side = link_to(small)
    one = shop.order(before=["dd if=/dev/zero bs=1024 count=8192 2>/dev/null; sleep 1"])
    assert side.run(one).result["state"] == "failed"
    side.query("status", shop.target())  # the ack has been read: the order is collected
    assert side.run(shop.order()).result["state"] == "succeeded"


def test_an_order_for_which_there_is_no_room_is_refused_and_can_be_given_again(shop, small, link_to):
    side = link_to(small)
    give_back = fill(small)
    one = shop.order(after=[f"echo run >> {shop.file('runs')}"])
    state = side.order(one)
    if state["state"] != "rejected":  # it may have found room for the promise, but then it has to keep it
        side.follow(one["id"])
        got = side.result(one["id"])
        assert got.result["state"] in ("failed", "succeeded"), got
        assert got.result["state"] == "succeeded" or FULL.search(got.result["reason"]), got
        return
    assert FULL.search(state["reason"]), state
    give_back()
    again = shop.order()
    assert side.run(again).result["state"] == "succeeded"


def test_a_full_disk_does_not_end_the_agent(shop, small, link_to):
    fill(small)
    side = link_to(small)
    assert side.query("status", shop.target())["revision"] == shop.old
    for _ in range(3):
        side.order(shop.order())
    assert small.running() and link_to(small).query("status", shop.target())
