"""A node that was away gets the app's revision when it is back; and another try for nodes that failed."""
from lib.fleet import Fleet, of, states
from lib.wait import wait_until


def away(fleet, alias):
    fleet.agents[alias].kill()
    fleet.api.wait_node("shop", alias, lambda one: not one["online"])


def test_a_node_catches_up_when_it_is_back(box):
    fleet = Fleet(box, count=2, app={"rollout": {"catch_up": True}}).start()
    away(fleet, "api-2")
    done = fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    assert done["state"] == "partial" and states(done)["api-2"] == "offline"
    newer = fleet.repo.commit({"app.txt": "version 3\n"})
    fleet.agents["api-2"].start()
    wait_until(lambda: fleet.copies["api-2"].revision == fleet.new, 20, "api-2 to catch up")
    made = fleet.api.deployments()["deployments"][0]
    assert made["by"] == "Slipway" and made["revision"] == fleet.new != newer and states(made).keys() == {"api-2"}, made
    assert fleet.api.wait_ended(made["id"])["state"] == "succeeded"


def test_it_catches_up_after_a_restart_of_the_server_too(box):
    fleet = Fleet(box, count=2, app={"rollout": {"catch_up": True}}).start()
    away(fleet, "api-2")
    fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    fleet.server.kill()
    fleet.agents["api-2"].start()
    fleet.server.start()
    wait_until(lambda: fleet.copies["api-2"].revision == fleet.new, 20, "api-2 to catch up")


def test_what_failed_by_itself_is_not_tried_again(box):
    fleet = Fleet(box, count=2, hooks={"api-2": {"before_deploy": "exit 3"}}, app={"rollout": {"catch_up": True}}).start()
    fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    fleet.agents["api-2"].kill()
    fleet.agents["api-2"].start()
    fleet.api.wait_online("shop")
    fleet.api.wait_ended(fleet.api.deploy("shop", nodes=["api-1"])["id"])
    assert len(fleet.api.deployments()["deployments"]) == 2


def test_without_it_a_node_that_was_away_stays_as_it_is(box):
    fleet = Fleet(box, count=2).start()
    away(fleet, "api-2")
    fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    fleet.agents["api-2"].start()
    fleet.api.wait_online("shop")
    fleet.api.wait_ended(fleet.api.deploy("shop", nodes=["api-1"])["id"])
    assert fleet.copies["api-2"].revision == fleet.old


def test_only_the_failed_nodes_are_tried_again(fleet):
    away(fleet, "api-2")
    first = fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    assert states(first) == {"api-1": "succeeded", "api-2": "offline", "api-3": "succeeded"}
    fleet.repo.commit({"app.txt": "version 3\n"})
    fleet.agents["api-2"].start()
    fleet.api.wait_online("shop")
    answer = fleet.api.post(f"/api/v1/deployments/{first['id']}/retry")
    assert answer.status == 202 and answer.json["retry_of"] == first["id"]
    assert answer.headers["Location"] == f"/api/v1/deployments/{answer.json['id']}"
    done = fleet.api.wait_ended(answer.json["id"])
    assert done["state"] == "succeeded" and states(done) == {"api-2": "succeeded"}
    assert of(done, "api-2")["revision_after"] == fleet.new and fleet.revisions() == {fleet.new}
    assert "nothing to try again" in fleet.api.post(f"/api/v1/deployments/{done['id']}/retry").problem(409)
