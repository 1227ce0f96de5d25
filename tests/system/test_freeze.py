"""An app that takes no deployments for a while."""
from lib.fleet import Fleet

FREEZE, UNFREEZE, DEPLOY = (f"/api/v1/apps/shop/{word}" for word in ("freeze", "unfreeze", "deployments"))


def test_a_frozen_app_answers_with_the_reason_and_takes_deployments_again_later(box):
    fleet = Fleet(box, count=1).start()
    assert fleet.api.app("shop")["frozen"] is None
    events = fleet.api.events()
    answer = fleet.api.post(FREEZE, {"reason": "双十一 until Monday"})
    assert answer.status == 200 and answer.json["frozen"]["reason"] == "双十一 until Monday"
    assert answer.json["frozen"]["by"] and answer.json["frozen"]["since"]
    told = events.until(lambda event: event.kind == "app")[-1]
    assert told.data["app"] == "shop" and told.data["frozen"] == answer.json["frozen"]
    assert "双十一" in fleet.api.post(DEPLOY, {"action": "update"}).problem(409)
    assert fleet.revisions() == {fleet.old} and fleet.api.deployments()["deployments"] == []
    assert fleet.api.post(UNFREEZE).json["frozen"] is None
    assert fleet.api.wait_ended(fleet.api.deploy("shop")["id"])["state"] == "succeeded"


def test_a_freeze_survives_a_killed_server(box):
    fleet = Fleet(box, count=1).start()
    frozen = fleet.api.post(FREEZE, {"reason": "audit"}).json["frozen"]
    fleet.server.kill()
    fleet.server.start()
    fleet.api.wait_online("shop")
    assert fleet.api.app("shop")["frozen"] == frozen


def test_a_freeze_lets_the_deployment_that_runs_go_on(box):
    fleet = Fleet(box, count=2).start()
    started = fleet.api.deploy("shop", rollout={"batch": 1, "pause": "1s"})
    assert fleet.api.post(FREEZE, {"reason": "audit"}).status == 200
    assert fleet.api.wait_ended(started["id"])["state"] == "succeeded"


def test_what_cannot_be_meant_is_refused(box):
    fleet = Fleet(box, count=1).start()
    assert "reason" in fleet.api.post(FREEZE, {"reason": "  "}).problem(422)
    assert "reason" in fleet.api.post(FREEZE, {}).problem(422)
    assert fleet.api.post("/api/v1/apps/nothing/freeze", {"reason": "x"}).problem(404)
    assert "not frozen" in fleet.api.post(UNFREEZE).problem(409)
