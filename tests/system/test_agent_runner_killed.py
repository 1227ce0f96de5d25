"""The runner killed in the middle of each step, alone or with its agent: the result says so, and says where things stand."""
import pytest

from lib import processes
from lib.sites import git_site
from lib.tools import Hold
from lib.wait import wait_until

WAIT = "until [ -e {go} ]; do sleep 0.02; done"


@pytest.fixture
def held(box):
    """A site behind a git daemon, and a git that can be held."""
    hold = Hold(box, "git")
    site = git_site(box, daemon=True)
    return site, hold


def kill_runner(agent):
    runner, = agent.runners()
    processes.kill(runner)


def interrupted(side, one, step):
    got = side.result(one["id"], within=45)
    assert got.result["state"] == "interrupted", got
    assert got.result.get("step") == step and got.result["reason"], got
    assert got.steps[-1].name == step and got.steps[-1].state == "interrupted", got
    return got.result


def begin(side, one, step):
    side.order(one)
    side.follow(one["id"])
    side.step(one["id"], step)


def test_killed_in_the_check(held, agent, link_to):
    site, hold = held
    side = link_to(agent)
    hold.on()
    one = site.order(before=[f"touch {site.file('before')}"], local_changes="refuse")  # which takes a git to find out
    begin(side, one, "check")
    wait_until(hold.reached, 15, "git")
    kill_runner(agent)
    hold.off()
    assert interrupted(side, one, "check")["revision_after"] == site.old
    assert site.unchanged() and not site.file("before").exists()


def test_killed_in_the_fetch(held, agent, link_to):
    site, _ = held
    side = link_to(agent)
    site.repo.daemon.held = True
    one = site.order(before=[f"touch {site.file('before')}"])
    begin(side, one, "fetch")
    wait_until(lambda: site.repo.daemon.connections > 1, 15, "the fetch's connection")
    kill_runner(agent)
    assert interrupted(side, one, "fetch")["revision_after"] == site.old
    assert site.unchanged() and not site.file("before").exists()
    site.repo.daemon.release()
    assert side.run(site.order()).result["state"] == "succeeded"


@pytest.mark.parametrize("step, stands_on", [("before_deploy", "old"), ("after_deploy", "new")])
def test_killed_in_a_hook(held, agent, link_to, step, stands_on):
    site, _ = held
    side = link_to(agent)
    hooks = {"before" if step == "before_deploy" else "after": ["echo here; " + WAIT.format(go=site.file("go"))]}
    one = site.order(**hooks)
    begin(side, one, step)
    side.output(one["id"], "here\n")
    kill_runner(agent)
    result = interrupted(side, one, step)
    assert result["revision_after"] == getattr(site, stands_on) == site.copy.revision
    assert side.spool(one["id"]).text(step, "stdout") == "here\n"


@pytest.mark.parametrize("when, stands_on", [("before", "old"), ("after", "new")])
def test_killed_in_the_switch(held, agent, link_to, when, stands_on):
    site, hold = held
    side = link_to(agent)
    hold.on("reset", when)
    one = site.order(after=[f"touch {site.file('after')}"])
    begin(side, one, "switch")
    wait_until(lambda: hold.reached("reset", when), 15, "git reset")
    kill_runner(agent)
    result = interrupted(side, one, "switch")
    hold.off("reset", when)
    assert result["revision_after"] == getattr(site, stands_on)
    assert not site.file("after").exists()
    assert side.run(site.order()).result["state"] == "succeeded" and site.switched()


def test_what_a_killed_runner_had_started_does_not_go_on(held, agent, link_to):
    """Else the result is no longer true a moment later."""
    site, hold = held
    side = link_to(agent)
    hold.on("reset")
    one = site.order()
    begin(side, one, "switch")
    wait_until(lambda: hold.reached("reset"), 15, "git reset")
    children = processes.tree(agent.runners()[0])[1:]
    kill_runner(agent)
    interrupted(side, one, "switch")
    wait_until(lambda: not any(processes.alive(pid) for pid in children), 3, "the end of the runner's children")
    assert site.unchanged()


def test_a_power_loss_in_a_hook_is_found_at_the_next_start(held, agent, link_to):
    site, _ = held
    side = link_to(agent)
    one = site.order(after=["echo here; " + WAIT.format(go=site.file("go"))])
    begin(side, one, "after_deploy")
    side.output(one["id"], "here\n")
    agent.kill()
    for pid in processes.of_box(site.box.path):
        processes.kill(pid)
    agent.start()
    again = side.reconnect(agent)
    again.follow(one["id"])
    assert interrupted(again, one, "after_deploy")["revision_after"] == site.new
    again.close()


@pytest.mark.parametrize("rest", [b"\x12", b"\x12\x34\x66\x41\0\0\0\x20\x02{\"type\":\"out", bytes(4096)], ids=["one byte", "half", "zeros"])
def test_a_frame_torn_by_a_power_loss_is_left_out(held, agent, link_to, rest):
    site, _ = held
    side = link_to(agent)
    one = site.order(after=["echo here; " + WAIT.format(go=site.file("go"))])
    begin(side, one, "after_deploy")
    side.output(one["id"], "here\n")
    agent.kill()
    for pid in processes.of_box(site.box.path):
        processes.kill(pid)
    with open(agent.order_dir(one["id"]) / "spool", "ab") as spool:
        spool.write(rest)
    agent.start()
    again = side.reconnect(agent)
    again.follow(one["id"], 0)
    interrupted(again, one, "after_deploy")
    again.close()


def test_a_half_made_order_directory_does_not_stop_the_agent(held, agent, link_to):
    site, _ = held
    side = link_to(agent)
    first = side.run(site.order())
    assert first.result["state"] == "succeeded"
    agent.kill()
    one = site.order(site.old)
    agent.order_dir(one["id"]).mkdir(parents=True)
    agent.order_dir("not an order").mkdir()
    agent.start()
    again = side.reconnect(agent)
    assert again.run(site.order()).result["state"] == "succeeded"
    state = again.order(one)
    assert state["state"] in ("accepted", "running", "finished", "rejected"), state
    if state["state"] != "rejected":
        again.follow(one["id"])
        assert again.result(one["id"]).result["state"] in ("succeeded", "interrupted")
    again.close()
