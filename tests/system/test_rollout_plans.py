"""Rollout plans on real agents: who has a turn, when, and what becomes of the rest."""
import sqlite3
import time

import pytest

from lib.fleet import Fleet, of, states
from lib.wait import wait_until


def order_of_turns(deployment):
    """The aliases by the time at which their nodes began."""
    began = [node for node in deployment["nodes"] if node["started_at"]]
    return [node["alias"] for node in sorted(began, key=lambda node: node["started_at"])]


def waits(fleet, deployment):
    """The deployment once it waits between two waves."""
    return wait_until(lambda: (seen := fleet.api.deployment(deployment["id"]))["waiting"] and seen, 20, "the pause between two waves")


def test_the_canary_goes_first_and_the_batches_follow_one_by_one(box):
    fleet = Fleet(box, count=5, app={"rollout": {"canary": 1, "batch": "40%"}}).start()
    assert fleet.api.app("shop")["rollout"]["batch"] == "40%"
    done = fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    assert done["state"] == "succeeded" and fleet.revisions() == {fleet.new}, done
    assert [node["wave"] for node in done["nodes"]] == [0, 1, 1, 2, 2]
    nodes = {node["alias"]: node for node in done["nodes"]}
    assert nodes["api-1"]["finished_at"] <= min(nodes["api-2"]["started_at"], nodes["api-3"]["started_at"])
    assert max(nodes["api-2"]["finished_at"], nodes["api-3"]["finished_at"]) <= nodes["api-4"]["started_at"]


def test_a_failing_canary_leaves_all_others_as_they_are(box):
    fleet = Fleet(box, hooks={"api-1": {"after_deploy": "exit 3"}}).start()
    done = fleet.api.wait_ended(fleet.api.deploy("shop", rollout={"canary": 1})["id"])
    assert done["state"] == "failed", done
    assert states(done) == {"api-1": "failed", "api-2": "skipped", "api-3": "skipped"}
    assert "api-1" in of(done, "api-2")["reason"] and not of(done, "api-2")["steps"]
    assert {fleet.copies[alias].revision for alias in ("api-2", "api-3")} == {fleet.old}


@pytest.mark.parametrize("plan", [{"max_failed": 1}, {"on_failure": "continue"}])
def test_a_failure_that_the_plan_allows_does_not_stop_the_others(box, plan):
    fleet = Fleet(box, hooks={"api-1": {"after_deploy": "exit 3"}}).start()
    done = fleet.api.wait_ended(fleet.api.deploy("shop", rollout={"batch": 1, **plan})["id"])
    assert done["state"] == "partial", done
    assert states(done) == {"api-1": "failed", "api-2": "succeeded", "api-3": "succeeded"}
    assert order_of_turns(done) == ["api-1", "api-2", "api-3"]


def test_a_pause_is_kept_and_shown(box):
    fleet = Fleet(box, count=2).start()
    started = fleet.api.deploy("shop", rollout={"batch": 1, "pause": "2s"})
    assert waits(fleet, started)["waiting"]["until"]
    assert fleet.copies["api-2"].revision == fleet.old
    done = fleet.api.wait_ended(started["id"])
    assert done["state"] == "succeeded" and done["waiting"] is None, done


@pytest.mark.parametrize("years, pause, at_least", [(1, "4s", 3), (-1, "1h", 0)])
def test_a_pause_outlives_a_clock_that_jumps_while_the_server_is_down(box, years, pause, at_least):
    """Back a year: the end of the wave lies a year ahead, and the pause is no longer than it was. A year ahead: it is over."""
    fleet = Fleet(box, count=2).start()
    started = fleet.api.deploy("shop", rollout={"batch": 1, "pause": pause})
    waits(fleet, started)
    fleet.server.kill()
    with sqlite3.connect(fleet.server.data / "slipway.db") as database:
        jump = years * 365 * 86_400_000
        database.execute("UPDATE deployments SET created_at = created_at + ?", (jump,))
        database.execute("UPDATE deployment_nodes SET finished_at = finished_at + ?", (jump,))
    began = time.monotonic()
    fleet.server.start()
    done = fleet.api.wait_ended(started["id"])
    assert done["state"] == "succeeded" and time.monotonic() - began >= at_least, done


def test_a_person_lets_it_go_on_also_after_the_server_was_killed(box):
    fleet = Fleet(box, count=2).start()
    started = fleet.api.deploy("shop", rollout={"batch": 1, "pause": "confirm"})
    assert waits(fleet, started)["waiting"] == {"until": None}
    fleet.server.kill()
    fleet.server.start()
    fleet.api.wait_online("shop")
    assert waits(fleet, started)["waiting"] == {"until": None}
    assert fleet.copies["api-2"].revision == fleet.old, "an agent that came back got its order before its turn"
    assert fleet.api.post(f"/api/v1/deployments/{started['id']}/continue").status == 202
    assert fleet.api.wait_ended(started["id"])["state"] == "succeeded"
    assert "succeeded" in fleet.api.post(f"/api/v1/deployments/{started['id']}/continue").problem(409)


def test_a_deployment_that_waits_can_be_cancelled(box):
    fleet = Fleet(box, count=2).start()
    started = fleet.api.deploy("shop", rollout={"batch": 1, "pause": "confirm"})
    waits(fleet, started)
    assert fleet.api.cancel(started["id"]).status == 202
    done = fleet.api.wait_ended(started["id"])
    assert done["state"] == "cancelled" and states(done) == {"api-1": "succeeded", "api-2": "cancelled"}, done


def test_nothing_starts_while_a_node_is_away_where_the_plan_forbids_it(fleet):
    fleet.agents["api-2"].kill()
    fleet.api.wait_node("shop", "api-2", lambda one: not one["online"])
    answer = fleet.api.post("/api/v1/apps/shop/deployments", {"action": "update", "rollout": {"offline": "fail"}})
    assert "api-2" in answer.problem(409)
    assert fleet.api.deployments()["deployments"] == [] and fleet.revisions() == {fleet.old}


def test_a_node_that_is_away_has_its_turn_when_it_comes_back(fleet):
    fleet.agents["api-2"].kill()
    fleet.api.wait_node("shop", "api-2", lambda one: not one["online"])
    started = fleet.api.deploy("shop", rollout={"offline": "wait"})
    wait_until(lambda: states(fleet.api.deployment(started["id"]))["api-1"] == "succeeded", 20, "api-1")
    assert states(fleet.api.deployment(started["id"]))["api-2"] == "pending"
    fleet.agents["api-2"].start()
    done = fleet.api.wait_ended(started["id"])
    assert done["state"] == "succeeded" and fleet.revisions() == {fleet.new}, done


def test_a_node_that_does_not_come_back_in_time_has_failed(fleet):
    fleet.agents["api-2"].kill()
    fleet.api.wait_node("shop", "api-2", lambda one: not one["online"])
    done = fleet.api.wait_ended(fleet.api.deploy("shop", rollout={"offline": "wait", "offline_wait": "1s"})["id"])
    assert done["state"] == "partial" and states(done)["api-2"] == "offline", done


@pytest.mark.parametrize("plan, says", [({"canary": 4}, "canary"), ({"batch": "0%"}, "batch"), ({"pause": "-1s"}, "pause"),
                                        ({"max_failed": -1}, "max_failed"), ({"bach": 1}, "batch")])
def test_an_impossible_plan_is_refused_in_words(fleet, plan, says):
    answer = fleet.api.post("/api/v1/apps/shop/deployments", {"action": "update", "rollout": plan})
    assert says in answer.problem(422)
    assert fleet.api.deployments()["deployments"] == []
