"""Cancelling an order: it ends soon, with everything it started, and says what is true."""
import time

import pytest

from lib import processes
from lib.sites import git_site, svn_site
from lib.tools import Hold
from lib.wait import wait_until


def begin(server_side, order, step):
    server_side.order(order)
    server_side.follow(order["id"])
    server_side.step(order["id"], step)


def pids_of(file, count):
    wait_until(lambda: file.exists() and len(file.read_text().split()) >= count, 15, f"{count} pids in {file}")
    return [int(word) for word in file.read_text().split()]


def test_a_cancelled_hook_ends_with_its_whole_tree(shop, server_side):
    pids = shop.file("pids")
    one = shop.order(before=[f"(sleep 1000 & echo $! >> {pids}; wait) & sleep 1000 & echo $$ $! >> {pids}; wait"], after=["true"])
    begin(server_side, one, "before_deploy")
    found = pids_of(pids, 3)
    assert server_side.cancel(one["id"], "enough of it")["state"] == "running"
    began = time.monotonic()
    got = server_side.result(one["id"], within=15)
    assert (got.result["state"], got.result["step"]) == ("cancelled", "before_deploy"), got
    assert got.step("before_deploy").state == "cancelled" and not got.step("switch")
    assert got.result["revision_after"] == shop.old and shop.unchanged()
    assert time.monotonic() - began < 9, "TERM should have been enough"
    wait_until(lambda: not any(processes.alive(pid) for pid in found), 2, f"the end of {found}")


@pytest.mark.slow
def test_a_hook_that_ignores_term_is_killed_within_fifteen_seconds(shop, server_side):
    pids = shop.file("pids")
    stubborn = f"trap '' TERM; (trap '' TERM; echo $$ >> {pids}; while :; do sleep 0.2; done) & echo $! >> {pids}; wait; sleep 1000"
    one = shop.order(before=[stubborn])
    begin(server_side, one, "before_deploy")
    found = pids_of(pids, 2)
    server_side.cancel(one["id"])
    got = server_side.result(one["id"], within=15)
    assert got.result["state"] == "cancelled", got
    wait_until(lambda: not any(processes.alive(pid) for pid in found), 2, f"the end of {found}")


def test_a_hook_may_tidy_up_after_term(shop, server_side):
    tidied = shop.file("tidied")
    one = shop.order(after=[f"trap 'echo tidy; touch {tidied}; exit 0' TERM; echo ready; while :; do sleep 0.05; done"])
    begin(server_side, one, "after_deploy")
    server_side.output(one["id"], "ready")
    server_side.cancel(one["id"])
    got = server_side.result(one["id"], within=15)
    assert (got.result["state"], got.result["revision_after"]) == ("cancelled", shop.new), got
    assert tidied.exists() and "tidy\n" in got.text("after_deploy") and shop.switched()


@pytest.mark.parametrize("make", [git_site, svn_site])
def test_a_fetch_that_hangs_can_be_cancelled(make, box, server_side):
    site = make(box, daemon=True)
    site.repo.daemon.held = True
    one = site.order(before=[f"touch {site.file('before')}"])
    begin(server_side, one, "fetch")
    wait_until(lambda: site.repo.daemon.connections > 1, 15, "the fetch's connection")
    server_side.cancel(one["id"])
    got = server_side.result(one["id"], within=15)
    assert (got.result["state"], got.result["step"]) == ("cancelled", "fetch"), got
    assert site.unchanged() and not site.file("before").exists()


def test_a_switch_that_hangs_can_be_cancelled(box, shop, agent, link_to):
    hold = Hold(box, "git")
    agent.restart()
    side = link_to(agent)
    hold.on("reset")
    one = shop.order(after=[f"touch {shop.file('after')}"])
    begin(side, one, "switch")
    wait_until(lambda: hold.reached("reset"), 15, "git reset")
    side.cancel(one["id"])
    got = side.result(one["id"], within=15)
    hold.off("reset")
    assert (got.result["state"], got.result["step"]) == ("cancelled", "switch"), got
    assert got.result["revision_after"] == shop.copy.revision and not shop.file("after").exists()


def test_cancelling_a_finished_order_changes_nothing(shop, server_side):
    one = shop.order()
    server_side.auto_ack = False
    whole = server_side.run(one)
    state = server_side.cancel(one["id"])
    assert state["state"] in ("finished", "running") and state["spool_length"] == len(whole)
    server_side.settle(0.2)
    assert whole.result["state"] == "succeeded"


def test_cancelling_twice_is_harmless(shop, server_side):
    one = shop.order(before=["sleep 1000"])
    begin(server_side, one, "before_deploy")
    server_side.cancel(one["id"])
    server_side.cancel(one["id"])
    assert server_side.result(one["id"], within=15).result["state"] == "cancelled"


def test_an_order_adopted_by_a_restarted_agent_can_be_cancelled(shop, agent, server_side):
    one = shop.order(before=["echo here; sleep 1000"])
    begin(server_side, one, "before_deploy")
    server_side.output(one["id"], "here")
    agent.kill()
    agent.start()
    again = server_side.reconnect(agent)
    again.cancel(one["id"])
    again.follow(one["id"])
    assert again.result(one["id"], within=15).result["state"] == "cancelled"
    wait_until(lambda: not agent.runners(), 5, "the end of the runner")
    again.close()


def test_an_order_cancelled_at_once_ends_and_runs_no_hook_to_its_end(shop, server_side):
    one = shop.order(before=["sleep 1000"])
    server_side.order(one)
    server_side.cancel(one["id"])
    server_side.follow(one["id"])
    got = server_side.result(one["id"], within=15)
    assert got.result["state"] == "cancelled" and shop.unchanged(), got
