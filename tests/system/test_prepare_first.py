"""Every node fetches before any node switches."""
from lib.fleet import Fleet, of, states
from lib.wait import wait_until

PLAN = {"prepare_first": True}


def prepared(fleet, deployment, *aliases):
    """Once these nodes have fetched; the deployment."""
    def look():
        seen = fleet.api.deployment(deployment["id"])
        done = all(any(step["name"] == "fetch" and step["state"] == "succeeded" for step in of(seen, alias)["steps"]) for alias in aliases)
        return seen if done else None
    return wait_until(look, 20, lambda: f"{aliases} to be prepared: {fleet.api.deployment(deployment['id'])}")


def test_all_nodes_are_prepared_and_then_switched(fleet):
    done = fleet.api.wait_ended(fleet.api.deploy("shop", rollout={**PLAN, "batch": 1})["id"])
    assert done["state"] == "succeeded" and fleet.revisions() == {fleet.new}, done
    assert [node["wave"] for node in done["nodes"]] == [0, 1, 2]


def test_a_node_that_cannot_be_prepared_ends_it_with_nothing_switched(box):
    fleet = Fleet(box).start()
    edited = fleet.copies["api-2"].path / "app.txt"
    edited.write_text("a person was here\n")
    plan = {**PLAN, "max_failed": 2}
    done = fleet.api.wait_ended(fleet.api.deploy("shop", rollout=plan)["id"])
    assert done["state"] == "failed" and fleet.revisions() == {fleet.old}, done
    assert states(done) == {"api-1": "skipped", "api-2": "failed", "api-3": "skipped"}
    assert "api-2" in of(done, "api-1")["reason"] and "nothing was switched" in done["stop_reason"]
    assert edited.read_text() == "a person was here\n"
    edited.write_text("version 1\n")
    again = fleet.api.wait_ended(fleet.api.deploy("shop", rollout=plan)["id"])
    assert again["state"] == "succeeded", f"something was left behind: {again}"


def test_nobody_switches_while_one_is_still_away(box):
    fleet = Fleet(box).start()
    fleet.agents["api-3"].kill()
    fleet.api.wait_node("shop", "api-3", lambda one: not one["online"])
    started = fleet.api.deploy("shop", rollout={**PLAN, "offline": "wait"})
    seen = prepared(fleet, started, "api-1", "api-2")
    assert seen["phase"] == "prepare" and fleet.revisions() == {fleet.old}
    fleet.agents["api-3"].start()
    assert fleet.api.wait_ended(started["id"])["state"] == "succeeded" and fleet.revisions() == {fleet.new}


def test_what_is_prepared_waits_for_a_server_that_was_killed(box):
    fleet = Fleet(box).start()
    fleet.agents["api-3"].kill()
    fleet.api.wait_node("shop", "api-3", lambda one: not one["online"])
    started = fleet.api.deploy("shop", rollout={**PLAN, "offline": "wait"})
    prepared(fleet, started, "api-1", "api-2")
    fleet.server.kill()
    fleet.agents["api-1"].kill()
    fleet.agents["api-1"].start()
    fleet.agents["api-3"].start()
    fleet.server.start()
    assert fleet.api.wait_ended(started["id"])["state"] == "succeeded" and fleet.revisions() == {fleet.new}


def test_a_failing_batch_leaves_the_prepared_ones_as_they_are(box):
    fleet = Fleet(box, hooks={"api-1": {"after_deploy": "exit 3"}}).start()
    done = fleet.api.wait_ended(fleet.api.deploy("shop", rollout={**PLAN, "canary": 1})["id"])
    assert done["state"] == "failed", done
    assert states(done) == {"api-1": "failed", "api-2": "skipped", "api-3": "skipped"}
    assert {fleet.copies[alias].revision for alias in ("api-2", "api-3")} == {fleet.old}
    assert fleet.api.wait_ended(fleet.api.deploy("shop", nodes=["api-2"])["id"])["state"] == "succeeded", "its path is still taken"


def test_it_can_be_cancelled_while_nodes_are_prepared(box):
    fleet = Fleet(box).start()
    fleet.agents["api-3"].kill()
    fleet.api.wait_node("shop", "api-3", lambda one: not one["online"])
    started = fleet.api.deploy("shop", rollout={**PLAN, "offline": "wait"})
    prepared(fleet, started, "api-1", "api-2")
    fleet.api.cancel(started["id"])
    done = fleet.api.wait_ended(started["id"], within=15)
    assert done["state"] == "cancelled" and set(states(done).values()) == {"cancelled"}, done
    assert fleet.revisions() == {fleet.old}
