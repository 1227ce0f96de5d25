"""One deployment of an app at a time: the others wait for their turn."""
from lib.fleet import Fleet, of, states
from lib.wait import wait_until

HOLD = 'while [ -e "{}" ]; do sleep 0.05; done'


def held_fleet(box, **more):
    """A fleet whose hooks wait as long as the file is there."""
    gate = box.path / "gate"
    gate.touch()
    return Fleet(box, count=2, app={"before_deploy": HOLD.format(gate)}, **more).start(), gate


def test_a_second_deployment_waits_and_has_its_turn(box):
    fleet, gate = held_fleet(box)
    first = fleet.api.deploy("shop")
    second = fleet.api.deploy("shop", action="rollback", revision=fleet.old)
    assert (first["state"], second["state"], second["started_at"]) == ("running", "queued", None)
    app = fleet.api.app("shop")
    assert (app["running_deployment"], app["queue"]) == (first["id"], [second["id"]])
    gate.unlink()
    first, second = (fleet.api.wait_ended(one["id"]) for one in (first, second))
    assert (first["state"], second["state"]) == ("succeeded", "succeeded")
    assert first["finished_at"] <= second["started_at"] and fleet.revisions() == {fleet.old}
    assert fleet.api.app("shop")["queue"] == []


def test_of_waiting_updates_only_the_newest_runs(box):
    fleet, gate = held_fleet(box)
    first = fleet.api.deploy("shop")
    waiting = fleet.api.deploy("shop")
    newest_commit = fleet.repo.commit({"app.txt": "version 3\n"})
    newest = fleet.api.deploy("shop")
    ended = fleet.api.wait_ended(waiting["id"])
    assert ended["state"] == "superseded" and str(newest["id"]) in ended["stop_reason"], ended
    assert states(ended) == {"api-1": "skipped", "api-2": "skipped"}
    gate.unlink()
    assert fleet.api.wait_ended(newest["id"])["state"] == "succeeded" and fleet.revisions() == {newest_commit}
    assert fleet.api.deployment(first["id"])["state"] == "succeeded"


def test_what_waits_survives_a_killed_server(box):
    fleet, gate = held_fleet(box)
    first = fleet.api.deploy("shop")
    second = fleet.api.deploy("shop", action="rollback", revision=fleet.old)
    fleet.server.kill()
    fleet.server.start()
    fleet.api.wait_online("shop")
    assert fleet.api.app("shop")["queue"] == [second["id"]]
    gate.unlink()
    assert [fleet.api.wait_ended(one["id"])["state"] for one in (first, second)] == ["succeeded", "succeeded"]
    assert fleet.revisions() == {fleet.old}


def test_what_waits_can_be_cancelled(box):
    fleet, gate = held_fleet(box)
    first = fleet.api.deploy("shop")
    second = fleet.api.deploy("shop")
    assert fleet.api.cancel(second["id"]).json["state"] == "cancelled"
    gate.unlink()
    assert fleet.api.wait_ended(first["id"])["state"] == "succeeded"
    assert not of(fleet.api.deployment(second["id"]), "api-1")["steps"]


def test_a_frozen_app_holds_its_queue_back(box):
    fleet, gate = held_fleet(box)
    first = fleet.api.deploy("shop")
    second = fleet.api.deploy("shop", action="rollback", revision=fleet.old)
    fleet.api.post("/api/v1/apps/shop/freeze", {"reason": "audit"})
    gate.unlink()
    fleet.api.wait_ended(first["id"])
    assert fleet.api.deployment(second["id"])["state"] == "queued"
    fleet.api.post("/api/v1/apps/shop/unfreeze")
    assert fleet.api.wait_ended(second["id"])["state"] == "succeeded"


def test_a_plan_that_wants_all_nodes_there_is_checked_when_the_turn_comes(box):
    fleet, gate = held_fleet(box)
    first = fleet.api.deploy("shop", nodes=["api-1"])
    second = fleet.api.deploy("shop", rollout={"offline": "fail"})
    assert second["state"] == "queued"
    fleet.agents["api-2"].kill()
    fleet.api.wait_node("shop", "api-2", lambda one: not one["online"])
    gate.unlink()
    fleet.api.wait_ended(first["id"])
    ended = fleet.api.wait_ended(second["id"])
    assert ended["state"] == "failed" and states(ended) == {"api-1": "skipped", "api-2": "offline"}, ended
    assert "api-2" in ended["stop_reason"]


def test_the_queue_is_told_as_it_changes(box):
    fleet, gate = held_fleet(box)
    events = fleet.api.events()
    fleet.api.deploy("shop")
    second = fleet.api.deploy("shop", action="rollback", revision=fleet.old)
    gate.unlink()

    def state(event):
        return event.kind == "deployment" and event.data["deployment"]["id"] == second["id"] and event.data["deployment"]["state"]
    seen = [state(event) for event in events.until(lambda event: state(event) == "succeeded", within=40) if state(event)]
    assert list(dict.fromkeys(seen)) == ["queued", "running", "succeeded"]
    wait_until(lambda: fleet.api.app("shop")["running_deployment"] is None, 10, "the end of the last one")
