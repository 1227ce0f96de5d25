"""Hooks: how they are run, what they see, what decides, and what they may leave behind."""
import pytest

from lib import processes
from lib.wait import wait_until


def test_a_hook_sees_the_order_in_its_environment(site, server_side):
    show = "env | grep ^SLIPWAY_ | grep -v SLIPWAY_TEST | sort"
    got = server_side.run(site.order(before=[show], after=[show], app="shop 商店", node="api-1", deployment="42"))
    expected = {"ACTION": "update", "APP": "shop 商店", "DEPLOYMENT": "42", "NODE": "api-1", "PATH": str(site.path),
                "PREVIOUS_REVISION": site.old, "REVISION": site.new}
    for step in ("before_deploy", "after_deploy"):
        seen = dict(line.removeprefix("SLIPWAY_").split("=", 1) for line in got.text(step, "stdout").splitlines())
        assert expected.items() <= seen.items()


def test_a_rollback_tells_its_hooks_so(shop, server_side):
    got = server_side.run(shop.order(shop.old, action="rollback", after=["echo $SLIPWAY_ACTION"]))
    assert got.text("after_rollback", "stdout") == "rollback\n"


def test_a_hook_runs_in_the_working_copy_with_a_shell(site, server_side):
    got = server_side.run(site.order(after=["pwd && echo \"$((1 + 2))\" | tr 3 4 && echo 'a  b' > made.txt; cat made.txt"]))
    assert got.text("after_deploy", "stdout") == f"{site.path}\n4\na  b\n"


def test_a_list_of_hooks_runs_one_after_the_other_and_stops_at_the_first_failure(shop, server_side):
    got = server_side.run(shop.order(after=["echo one", "cd /; echo two", "pwd", "exit 9", "echo never"]))
    assert got.text("after_deploy", "stdout") == f"one\ntwo\n{shop.path}\n"
    assert got.result["exit_code"] == 9


def test_a_hook_reads_nothing(shop, server_side):
    got = server_side.run(shop.order(after=["cat; echo read $?"]))
    assert got.text("after_deploy", "stdout") == "read 0\n"


def test_output_on_stderr_alone_is_no_failure(shop, server_side):
    got = server_side.run(shop.order(after=["echo warning >&2"]))
    assert got.result["state"] == "succeeded", got
    assert got.text("after_deploy", "stderr") == "warning\n"


@pytest.mark.parametrize("command, code", [("exit 1", 1), ("exit 255", 255), ("kill -9 $$", 137), ("kill -15 $$", 143),
                                           ("no-such-command-here", 127), ("if then", 2)])
def test_the_exit_code_is_told(shop, server_side, command, code):
    got = server_side.run(shop.order(after=[command]))
    assert (got.result["state"], got.result["exit_code"]) == ("failed", code), got
    assert got.step("after_deploy").exit_code == code


def test_a_hook_over_its_time_limit_is_stopped_with_all_it_started(shop, server_side):
    pids = shop.file("pids")
    hook = f"(sleep 1000 & echo $! >> {pids}; wait) & sleep 1000 & echo $$ $! >> {pids}; wait"
    got = server_side.run(shop.order(before=[hook], timeout_ms=700))
    assert (got.result["state"], got.result["step"]) == ("failed", "before_deploy"), got
    assert "limit" in got.result["reason"] or "timed out" in got.result["reason"] or "0.7" in got.result["reason"]
    assert len(pids.read_text().split()) == 3 and shop.unchanged()
    wait_until(lambda: not any(processes.alive(int(pid)) for pid in pids.read_text().split()), 2, "the end of the hook's processes")


def test_the_time_limit_is_for_each_command(shop, server_side):
    got = server_side.run(shop.order(after=["sleep 0.9"] * 3, timeout_ms=2500))
    assert got.result["state"] == "succeeded", got


@pytest.mark.parametrize("how", ["sleep 1000 >/dev/null 2>&1 &", "sleep 1000 &", "setsid sleep 1000 &", "nohup sleep 1000 &"])
def test_a_daemon_left_running_does_not_hold_the_order_and_lives_on(shop, server_side, how):
    got = server_side.run(shop.order(after=[f"{how} echo $! > {shop.file('pid')}; echo started"]), within=15)
    assert got.result["state"] == "succeeded", got
    assert "started\n" in got.text("after_deploy", "stdout")
    server_side.settle(0.2)
    assert processes.alive(int(shop.file("pid").read_text()))


def test_a_hook_that_moves_the_working_copy_is_seen_in_the_result(shop, server_side):
    got = server_side.run(shop.order(after=[f"git reset -q --hard {shop.old}"]))
    assert got.result["revision_after"] == shop.old == shop.copy.revision
