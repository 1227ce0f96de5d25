"""Deployments on real agents: every node in the state that is true."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.fleet import Fleet, of, states
from lib.server import node
from lib.tools import Hold
from lib.wait import wait_until


def wait_for_go(box):
    return f"until [ -e {box.path}/go ]; do sleep 0.02; done"


def test_an_update_brings_every_node_to_the_newest_revision(fleet):
    started = fleet.api.deploy("shop", note="第一")
    assert (started["app"], started["action"], started["revision"], started["state"]) == ("shop", "update", fleet.new, "running")
    assert started["requested_revision"] is None and started["note"] == "第一"
    done = fleet.api.wait_ended(started["id"])
    assert done["state"] == "succeeded" and fleet.revisions() == {fleet.new}, done
    for one in done["nodes"]:
        assert (one["state"], one["revision_before"], one["revision_after"]) == ("succeeded", fleet.old, fleet.new)
        assert [step["name"] for step in one["steps"]] == ["check", "fetch", "switch"]
        assert all(step["state"] == "succeeded" and step["duration_ms"] >= 0 for step in one["steps"])
        assert one["started_at"] <= one["finished_at"] and one["reason"] is None
    assert done["finished_at"] >= done["created_at"]


def test_a_rollback_brings_every_node_back(fleet):
    fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    done = fleet.api.wait_ended(fleet.api.deploy("shop", "rollback", revision=fleet.old)["id"])
    assert (done["state"], done["action"], done["requested_revision"]) == ("succeeded", "rollback", fleet.old), done
    assert fleet.revisions() == {fleet.old}


def test_an_update_to_a_named_revision(fleet):
    newest = fleet.repo.commit({"app.txt": "version 3\n"})
    done = fleet.api.wait_ended(fleet.api.deploy("shop", revision=fleet.new)["id"])
    assert done["revision"] == fleet.new != newest and fleet.revisions() == {fleet.new}


def test_a_short_revision_is_stored_as_the_exact_one(box):
    fleet = Fleet(box, count=1).start()
    started = fleet.api.deploy("shop", revision=fleet.new[:9])
    assert (started["revision"], started["requested_revision"]) == (fleet.new, fleet.new[:9])
    assert fleet.api.wait_ended(started["id"])["state"] == "succeeded"


@pytest.mark.parametrize("vcs", ["git", "svn"])
def test_all_nodes_get_the_same_revision_even_when_the_branch_moves_in_between(box, vcs):
    hold = Hold(box, vcs)
    word = {"git": "fetch", "svn": "update"}[vcs]
    fleet = Fleet(box, vcs).start()
    hold.on(word)
    started = fleet.api.deploy("shop")
    wait_until(lambda: hold.reached(word), 15, word)
    hold.off(word)  # for the commit below; the ones that wait go on while it is made
    later = fleet.repo.commit({"app.txt": "version 3\n"})
    done = fleet.api.wait_ended(started["id"])
    assert done["state"] == "succeeded" and done["revision"] == fleet.new != later
    assert fleet.revisions() == {fleet.new}


def test_an_offline_node_is_told_and_the_deployment_is_partial(fleet):
    fleet.agents["api-2"].kill()
    fleet.api.wait_node("shop", "api-2", lambda one: not one["online"])
    done = fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    assert done["state"] == "partial", done
    assert states(done) == {"api-1": "succeeded", "api-2": "offline", "api-3": "succeeded"}
    assert of(done, "api-2")["reason"] and fleet.copies["api-2"].revision == fleet.old


def test_no_node_online_starts_nothing(box):
    fleet = Fleet(box, count=1).start()
    fleet.agents["api-1"].kill()
    fleet.api.wait_node("shop", "api-1", lambda one: not one["online"])
    assert fleet.api.post("/api/v1/apps/shop/deployments", {"action": "update"}).problem(503)
    assert fleet.api.deployments()["deployments"] == []


@pytest.mark.parametrize("member, step, revision", [("before_deploy", "before_deploy", "old"), ("befor_deploy", "before_deploy", "old"),
                                                     ("after_deploy", "after_deploy", "new")])
def test_a_failing_hook_is_told_with_step_exit_code_and_reason(box, member, step, revision):
    fleet = Fleet(box, hooks={"api-2": {member: "echo it broke >&2; exit 7"}}).start()
    done = fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    assert done["state"] in ("failed", "partial"), done
    assert states(done) == {"api-1": "succeeded", "api-2": "failed", "api-3": "succeeded"}
    broken = of(done, "api-2")
    assert (broken["step"], broken["exit_code"]) == (step, 7) and broken["reason"]
    assert broken["revision_after"] == fleet.copies["api-2"].revision == getattr(fleet, revision)
    assert b"it broke\n" in fleet.api.output(done["id"], "api-2").body


def test_when_every_node_fails_the_deployment_failed(box):
    fleet = Fleet(box, count=2, hooks={alias: {"before_deploy": "exit 1"} for alias in ("api-1", "api-2")}).start()
    assert fleet.api.wait_ended(fleet.api.deploy("shop")["id"])["state"] == "failed"


def test_a_dirty_working_copy_fails_its_node_and_names_the_file(fleet):
    fleet.copies["api-3"].write("app.txt", "edited\n")
    done = fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    assert states(done) == {"api-1": "succeeded", "api-2": "succeeded", "api-3": "failed"}, done
    assert "app.txt" in of(done, "api-3")["reason"] and of(done, "api-3")["revision_after"] == fleet.old
    assert fleet.copies["api-3"].revision == fleet.old and "edited" in fleet.copies["api-3"].read()


@pytest.mark.parametrize("mode, state", [("keep", "succeeded"), ("refuse", "failed"), ("discard", "succeeded")])
def test_local_changes_are_treated_as_configured(box, mode, state):
    fleet = Fleet(box, count=1, app={"local_changes": mode}).start()
    fleet.copies["api-1"].write("README", "edited\n")
    done = fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    assert states(done) == {"api-1": state}, done
    assert fleet.copies["api-1"].read("README") == ("one\n" if mode == "discard" else "edited\n")


def test_chosen_nodes_only(fleet):
    done = fleet.api.wait_ended(fleet.api.deploy("shop", nodes=["api-3", "api-1", "api-3"])["id"])
    assert [(one["alias"], one["state"]) for one in done["nodes"]] in ([("api-1", "succeeded"), ("api-3", "succeeded")], [("api-3", "succeeded"), ("api-1", "succeeded")])
    assert fleet.copies["api-2"].revision == fleet.old


def test_a_first_deployment_makes_the_working_copy(box):
    fleet = Fleet(box, count=1)
    fleet.server.config["apps"][0]["node"].append(node("api-2", fleet.agents["api-1"], box.path / "www/fresh"))
    fleet.server.start()
    fleet.api.wait_online("shop")
    done = fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    assert done["state"] == "succeeded" and of(done, "api-2")["revision_before"] is None, done
    assert (box.path / "www/fresh/app.txt").read_text() == "version 2\n"


def test_a_hook_sees_deployment_node_and_app(box):
    fleet = Fleet(box, count=1, hooks={"api-1": {"after_deploy": "echo $SLIPWAY_DEPLOYMENT $SLIPWAY_NODE $SLIPWAY_APP $SLIPWAY_ACTION"}}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_ended(number)
    assert f"{number} api-1 shop update\n".encode() in fleet.api.output(number, "api-1").body


def test_the_timeout_of_an_app_limits_its_hooks(box):
    fleet = Fleet(box, count=1, hooks={"api-1": {"before_deploy": "sleep 1000"}}, app={"timeout": "1s"})
    fleet.server.start()
    fleet.api.wait_online("shop")
    done = fleet.api.wait_ended(fleet.api.deploy("shop")["id"], within=30)
    assert of(done, "api-1")["step"] == "before_deploy" and done["state"] == "failed"


def test_cancel_ends_every_node_and_the_deployment(box):
    hooks = {alias: {"before_deploy": "echo here; sleep 1000"} for alias in ("api-1", "api-2")}
    fleet = Fleet(box, hooks=hooks).start()
    number = fleet.api.deploy("shop")["id"]
    for alias in hooks:
        fleet.api.wait_output(number, alias, "here")
    fleet.api.wait_node("shop", "api-3", lambda one: one["revision"] == fleet.new)
    answer = fleet.api.cancel(number)
    assert answer.status == 202 and answer.json["cancel_requested"]
    done = fleet.api.wait_ended(number, within=20)
    assert done["state"] == "cancelled" and states(done) == {"api-1": "cancelled", "api-2": "cancelled", "api-3": "succeeded"}, done
    assert of(done, "api-1")["step"] == "before_deploy"
    assert fleet.copies["api-1"].revision == fleet.old
    assert fleet.api.cancel(number).problem(409)


def test_of_many_deployments_asked_for_at_once_the_first_and_the_newest_run(box):
    fleet = Fleet(box, count=1, hooks={"api-1": {"before_deploy": wait_for_go(box)}}).start()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: fleet.api.post("/api/v1/apps/shop/deployments", {"action": "update"}).status, range(8)))
    assert answers == [202] * 8
    (box.path / "go").touch()
    newest, *others = fleet.api.deployments()["deployments"]
    assert fleet.api.wait_ended(newest["id"])["state"] == "succeeded"
    ends = [fleet.api.wait_ended(one["id"])["state"] for one in others]
    assert ends == ["superseded"] * 6 + ["succeeded"]


def test_deployments_are_listed_newest_first_in_pages(box):
    fleet = Fleet(box, count=1).start()
    numbers = []
    for revision in [fleet.old, fleet.new] * 3:
        numbers.append(fleet.api.deploy("shop", "rollback", revision=revision)["id"])
        fleet.api.wait_ended(numbers[-1])
    assert numbers == sorted(numbers)
    first = fleet.api.deployments(limit=4)
    second = fleet.api.deployments(limit=4, before=first["deployments"][-1]["id"])
    assert [one["id"] for one in first["deployments"] + second["deployments"]] == numbers[::-1]
    assert (first["more"], second["more"]) == (True, False)
    assert len(fleet.api.deployments(app="shop")["deployments"]) == 6
    assert fleet.api.get("/api/v1/deployments?app=nowhere").problem(404)


def test_history_survives_a_restart_of_the_server(fleet):
    number = fleet.api.deploy("shop", note="kept")["id"]
    before = fleet.api.wait_ended(number)
    outputs = {alias: fleet.api.output(number, alias).body for alias in fleet.aliases}
    fleet.server.restart()
    assert fleet.api.deployment(number) == before
    assert {alias: fleet.api.output(number, alias).body for alias in fleet.aliases} == outputs
    assert fleet.api.app("shop")["last_deployment"] == number
    fleet.api.wait_online("shop")
    assert fleet.api.deploy("shop", "rollback", revision=fleet.old)["id"] > number
