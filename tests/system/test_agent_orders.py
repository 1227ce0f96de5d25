"""What an order does to a working copy, and what its spool and result say."""
import pytest

from lib.agent import Agent
from lib.orders import order, target
from lib.sites import git_site, svn_site


@pytest.fixture(autouse=True)
def agents_and_runners_leak_nothing(monkeypatch):
    monkeypatch.setattr(Agent, "CHECK_LEAKS", True)


def test_an_update_brings_the_working_copy_to_the_exact_revision(site, server_side):
    newest = site.repo.commit({"app.txt": "version 3\n"})
    got = server_side.run(site.order(site.new))
    assert got.result["state"] == "succeeded", got
    assert (got.result["revision_before"], got.result["revision_after"]) == (site.old, site.new)
    assert site.switched() and site.copy.revision != newest


def test_a_rollback_brings_the_working_copy_back(site, server_side):
    server_side.run(site.order())
    got = server_side.run(site.order(site.old, action="rollback"))
    assert got.result["state"] == "succeeded", got
    assert (got.result["revision_before"], got.result["revision_after"]) == (site.new, site.old)
    assert site.unchanged()


def test_the_steps_come_in_their_order_and_each_ends_before_the_next(site, server_side):
    got = server_side.run(site.order(before=["true"], after=["true"]))
    assert got.step_names() == ["check", "fetch", "before_deploy", "switch", "after_deploy"]
    assert {step.state for step in got.steps} == {"succeeded"}
    assert all(step.duration_ms >= 0 for step in got.steps)


def test_steps_without_work_are_left_out(site, server_side):
    got = server_side.run(site.order())
    assert got.step_names() == ["check", "fetch", "switch"]


def test_the_hooks_run_on_their_side_of_the_switch(site, server_side):
    read = f"cat {site.path}/app.txt"
    got = server_side.run(site.order(before=[read], after=[read]))
    assert got.output("before_deploy", "stdout") == b"version 1\n"
    assert got.output("after_deploy", "stdout") == b"version 2\n"


@pytest.mark.parametrize("make", [git_site, svn_site])
def test_a_node_that_stands_on_the_revision_runs_the_hooks_and_skips_the_network(make, box, server_side):
    site = make(box, daemon=True)
    site.repo.daemon.stop()
    connections = site.repo.daemon.connections
    got = server_side.run(site.order(site.old, before=["echo before"], after=["echo after"]))
    assert got.result["state"] == "succeeded", got
    assert got.text(stream="stdout") == "before\nafter\n"
    assert site.repo.daemon.connections == connections and site.unchanged()


@pytest.mark.parametrize("make", [git_site, svn_site])
def test_a_failing_fetch_switches_nothing_and_runs_no_hook(make, box, server_side):
    site = make(box, daemon=True)
    site.repo.daemon.stop()
    got = server_side.run(site.order(before=[f"touch {site.file('before')}"], after=[f"touch {site.file('after')}"]))
    assert (got.result["state"], got.result["step"]) == ("failed", "fetch"), got
    assert got.result["reason"] and got.step("fetch").state == "failed"
    assert got.result["revision_after"] == site.old and site.unchanged()
    assert not site.file("before").exists() and not site.file("after").exists()


def test_a_revision_that_does_not_exist_fails_the_fetch_and_is_named(site, server_side):
    missing = "f" * 40 if site.vcs == "git" else "999999"
    got = server_side.run(site.order(missing, before=[f"touch {site.file('before')}"]))
    assert (got.result["state"], got.result["step"]) == ("failed", "fetch"), got
    assert missing[:7] in got.result["reason"] + got.text()
    assert site.unchanged() and not site.file("before").exists()


def test_a_failing_before_hook_switches_nothing(site, server_side):
    got = server_side.run(site.order(before=["echo no; exit 3", f"touch {site.file('second')}"], after=["true"]))
    assert (got.result["state"], got.result["step"], got.result["exit_code"]) == ("failed", "before_deploy", 3), got
    assert got.step_names() == ["check", "fetch", "before_deploy"]
    assert (got.step("before_deploy").state, got.step("before_deploy").exit_code) == ("failed", 3)
    assert got.result["revision_after"] == site.old and site.unchanged()
    assert not site.file("second").exists()


def test_a_failing_after_hook_is_a_failure_on_the_new_revision(site, server_side):
    got = server_side.run(site.order(after=["exit 5"]))
    assert (got.result["state"], got.result["step"], got.result["exit_code"]) == ("failed", "after_deploy", 5), got
    assert (got.result["revision_before"], got.result["revision_after"]) == (site.old, site.new)
    assert site.switched()


def test_the_same_order_twice_runs_once(shop, server_side):
    runs = shop.file("runs")
    one = shop.order(before=[f"echo run >> {runs}", f"until [ -e {shop.file('go')} ]; do sleep 0.02; done"])
    assert server_side.order(one)["state"] in ("accepted", "running")
    server_side.follow(one["id"])
    server_side.step(one["id"], "before_deploy")
    assert server_side.order(one)["state"] == "running"
    shop.file("go").touch()
    assert server_side.result(one["id"]).result["state"] == "succeeded"
    assert server_side.order(one)["state"] in ("finished", "running")
    server_side.settle()
    assert runs.read_text() == "run\n"


def test_the_same_order_after_the_agent_was_restarted_runs_once(shop, agent, server_side):
    runs = shop.file("runs")
    one = shop.order(before=[f"echo run >> {runs}"])
    server_side.auto_ack = False
    server_side.run(one)
    agent.restart()
    again = server_side.reconnect(agent)
    assert again.order(one)["state"] in ("finished", "running")
    again.follow(one["id"], 0)
    assert again.result(one["id"]).result["state"] == "succeeded"
    assert runs.read_text() == "run\n"
    again.close()


def test_two_orders_for_one_path_never_work_at_the_same_time(shop, server_side):
    trace = shop.file("trace")
    hook = [f"echo begin >> {trace}; sleep 0.3; echo end >> {trace}"]
    both = [shop.order(before=hook), shop.order(shop.old, before=hook)]
    states = [server_side.order(one)["state"] for one in both]
    assert states[0] in ("accepted", "running") and states[1] in ("accepted", "running", "rejected")
    taken = [one["id"] for one, state in zip(both, states) if state != "rejected"]
    for one in taken:
        server_side.follow(one)
    ended = {one: server_side.result(one).result for one in taken}
    good = [one for one in taken if ended[one]["state"] == "succeeded"]
    assert good and trace.read_text().split() == ["begin", "end"] * len(good), ended
    for one in taken:
        assert one in good or str(shop.path) in ended[one]["reason"]


def test_orders_for_different_paths_work_at_the_same_time(box, server_side):
    sites = [git_site(box, "one"), git_site(box, "two")]
    meet = "touch {here}; until [ -e {there} ]; do sleep 0.02; done"
    files = [box.path / "here", box.path / "there"]
    both = [site.order(before=[meet.format(here=here, there=there)])
            for site, here, there in zip(sites, files, reversed(files))]
    for one in both:
        server_side.order(one)
        server_side.follow(one["id"])
    assert {server_side.result(one["id"]).result["state"] for one in both} == {"succeeded"}


def test_a_first_deployment_clones_and_runs_the_hooks(site, server_side):
    to = target(site.path.parent / "fresh", site.url, vcs=site.vcs)
    got = server_side.run(order(to, site.old, before=["echo before"], after=["cat app.txt"]))
    assert got.result["state"] == "succeeded", got
    assert got.output("before_deploy", "stdout") == b"before\n"
    assert got.output("after_deploy", "stdout") == b"version 1\n"
    assert got.result["revision_after"] == site.old and not got.result.get("revision_before")
