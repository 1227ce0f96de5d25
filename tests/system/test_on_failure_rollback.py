"""A rollout that fails takes back what it had switched."""
from lib.fleet import Fleet, of, states

PLAN = {"on_failure": "rollback"}


def test_every_node_that_was_switched_goes_back(box):
    fleet = Fleet(box, count=4, hooks={"api-3": {"after_deploy": 'test "$SLIPWAY_ACTION" = rollback'}}).start()
    done = fleet.api.wait_ended(fleet.api.deploy("shop", rollout={**PLAN, "batch": 1})["id"])
    assert done["state"] == "rolled_back" and fleet.revisions() == {fleet.old}, done
    assert states(done) == {"api-1": "rolled_back", "api-2": "rolled_back", "api-3": "rolled_back", "api-4": "skipped"}
    first, third = of(done, "api-1"), of(done, "api-3")
    assert (first["revision_before"], first["revision_after"], first["undo"]) == (fleet.old, fleet.old, True)
    assert [step["name"] for step in first["steps"]].count("switch") == 2
    assert "api-3" in first["reason"] and "after_deploy" in third["reason"] and "api-3" in of(done, "api-4")["reason"]


def test_both_orders_of_a_node_are_one_output(box):
    hooks = {alias: {"after_deploy": 'echo "$SLIPWAY_ACTION to $(cat app.txt)"'} for alias in ("api-1", "api-2")}
    hooks["api-2"]["after_deploy"] = 'echo "$SLIPWAY_ACTION"; test "$SLIPWAY_ACTION" = rollback'
    fleet = Fleet(box, count=2, hooks=hooks).start()
    started = fleet.api.deploy("shop", rollout={**PLAN, "batch": 1})
    followed = fleet.api.deployment_events(started["id"])
    done = fleet.api.wait_ended(started["id"])
    output = fleet.api.output(done["id"], "api-1").body
    assert b"update to version 2" in output and output.index(b"update to version 2") < output.index(b"rollback to version 1")
    assert len(output) == of(done, "api-1")["output_bytes"]
    told = [event.data for event in followed.until(lambda event: event.kind == "end") if event.kind == "output"]
    assert "".join(one["text"] for one in told if one["alias"] == "api-1").encode() == output
    again = fleet.api.deployment_events(started["id"])
    assert [event.data for event in again.until(lambda event: event.kind == "end") if event.kind == "output"] == told


def test_a_node_that_failed_before_its_switch_has_nothing_to_take_back(box):
    fleet = Fleet(box, count=2, hooks={"api-2": {"before_deploy": "exit 3"}}).start()
    done = fleet.api.wait_ended(fleet.api.deploy("shop", rollout={**PLAN, "batch": 1})["id"])
    assert done["state"] == "rolled_back" and states(done) == {"api-1": "rolled_back", "api-2": "failed"}, done
    assert fleet.revisions() == {fleet.old} and not of(done, "api-2")["undo"]


def test_where_going_back_fails_too_it_is_partial(box):
    hooks = {"api-1": {"after_deploy": 'test "$SLIPWAY_ACTION" = update'}, "api-2": {"after_deploy": "exit 3"}}
    fleet = Fleet(box, count=2, hooks=hooks).start()
    done = fleet.api.wait_ended(fleet.api.deploy("shop", rollout={**PLAN, "batch": 1})["id"])
    assert done["state"] == "partial" and of(done, "api-1")["state"] == "failed", done
    assert "going back failed" in of(done, "api-1")["reason"]
    assert fleet.copies["api-1"].revision == fleet.old, "the code is back; its hook failed"


def test_a_first_clone_has_nothing_to_go_back_to(box):
    fleet = Fleet(box, count=2, hooks={"api-2": {"after_deploy": "exit 3"}})
    fleet.copies["api-1"].path.rename(fleet.file("away"))
    fleet.start()
    done = fleet.api.wait_ended(fleet.api.deploy("shop", rollout={**PLAN, "batch": 1})["id"])
    assert done["state"] == "partial" and of(done, "api-1")["state"] == "succeeded", done
    assert "nothing before" in of(done, "api-1")["reason"]


def test_a_killed_server_goes_on_taking_back(box):
    gate = box.path / "gate"
    gate.touch()
    wait = f'test "$SLIPWAY_ACTION" = update || while [ -e {gate} ]; do sleep 0.05; done'
    fleet = Fleet(box, count=3, hooks={"api-1": {"before_deploy": wait}, "api-3": {"before_deploy": "exit 3"}}).start()
    started = fleet.api.deploy("shop", rollout={**PLAN, "batch": 1})
    fleet.api.wait_node("shop", "api-2", lambda node: fleet.api.deployment(started["id"])["phase"] == "undo")
    fleet.server.kill()
    fleet.server.start()
    gate.unlink()
    done = fleet.api.wait_ended(started["id"])
    assert done["state"] == "rolled_back" and fleet.revisions() == {fleet.old}, done
    for agent in fleet.agents.values():
        runs = [path for path in (agent.data / "orders").iterdir() if (path / "spool").exists()]
        assert len(runs) <= 2, f"an order was given twice: {runs}"


def test_a_failing_third_batch_of_fifty_nodes_takes_all_back(box):
    fleet = Fleet(box, count=50, agents=5, hooks={"api-25": {"after_deploy": 'test "$SLIPWAY_ACTION" = rollback'}}).start()
    done = fleet.api.wait_ended(fleet.api.deploy("shop", rollout={**PLAN, "batch": "20%"})["id"], within=180)
    assert done["state"] == "rolled_back" and fleet.revisions() == {fleet.old}, done
    ends = states(done)
    assert [ends[f"api-{n}"] for n in range(1, 51)] == ["rolled_back"] * 30 + ["skipped"] * 20
