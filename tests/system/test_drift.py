"""What the API says of nodes that differ from what was last deployed, and of nodes that a deployment has not reached."""
import pytest

from lib.fleet import Fleet
from lib.wait import wait_until


def deployed(fleet, **body):
    """A deployment that has ended, with its nodes read again."""
    ended = fleet.api.wait_ended(fleet.api.deploy("shop", **body)["id"])
    for one in ended["nodes"]:
        if one["revision_after"]:
            fleet.api.wait_node("shop", one["alias"], lambda node, one=one: node["revision"] == one["revision_after"])
    return ended


def look_again(fleet, alias, change=lambda: None):
    """An agent that connects is asked what its nodes are like."""
    fleet.agents[alias].kill()
    fleet.api.wait_node("shop", alias, lambda node: not node["online"])
    change()
    fleet.agents[alias].start()


def drift(fleet, alias):
    return fleet.api.node("shop", alias)["drift"]


def wait_drift(fleet, alias, reasons, **more):
    node = fleet.api.wait_node("shop", alias, lambda node: (node["drift"] or {}).get("reasons", []) == reasons, **more)
    return node["drift"]


def test_a_node_is_drifted_after_edits_and_a_commit_by_hand_until_the_next_update(fleet):
    deployed(fleet)
    assert [drift(fleet, alias) for alias in fleet.aliases] == [None, None, None]
    copy = fleet.copies["api-2"]
    events = fleet.api.events()
    look_again(fleet, "api-2", lambda: copy.write("app.txt", "edited by hand\n"))
    found = wait_drift(fleet, "api-2", ["modified"])
    assert found == {"expected": fleet.new, "revision": fleet.new, "modified_total": 1, "reasons": ["modified"]}
    told = events.until(lambda event: event.kind == "node" and event.data["node"]["drift"] is not None)[-1]
    assert told.data["node"]["alias"] == "api-2" and told.data["node"]["drift"] == found
    node = fleet.api.node("shop", "api-2")
    assert (node["modified"], node["modified_total"], node["behind"]) == (["app.txt"], 1, False) and node["modified_at"]
    deployed(fleet)
    assert wait_drift(fleet, "api-2", ["modified"])["modified_total"] == 1, "local changes that are kept are a difference"
    assert drift(fleet, "api-1") is None


def test_a_pull_by_hand_is_seen_and_gone_after_the_next_update(box):
    fleet = Fleet(box, count=2).start()
    deployed(fleet, action="rollback", revision=fleet.old)
    look_again(fleet, "api-1", lambda: fleet.copies["api-1"].git("pull", "-q"))
    assert wait_drift(fleet, "api-1", ["revision"]) == {
        "expected": fleet.old, "revision": fleet.new, "modified_total": 0, "reasons": ["revision"]}
    deployed(fleet)
    assert fleet.api.wait_node("shop", "api-1", lambda node: node["drift"] is None)["revision"] == fleet.new


def test_another_branch_is_a_difference(box):
    fleet = Fleet(box, count=1).start()
    deployed(fleet)
    look_again(fleet, "api-1", lambda: fleet.copies["api-1"].git("checkout", "-q", "-b", "hotfix"))
    assert wait_drift(fleet, "api-1", ["branch"])["revision"] == fleet.new


def test_drift_is_known_again_after_a_restart_of_the_server(box):
    fleet = Fleet(box, count=2).start()
    deployed(fleet)
    fleet.copies["api-2"].write("app.txt", "edited by hand\n")
    fleet.server.kill()
    fleet.server.start()
    fleet.api.wait_online("shop")
    assert wait_drift(fleet, "api-2", ["modified"])["expected"] == fleet.new
    assert drift(fleet, "api-1") is None


def test_an_offline_node_keeps_what_was_known_and_is_behind_until_it_is_brought_there(box):
    fleet = Fleet(box, count=2, gates=("api-2",)).start()
    deployed(fleet, action="rollback", revision=fleet.old)
    fleet.copies["api-2"].write("README", "edited by hand\n")
    fleet.gates["api-2"].cut()
    fleet.gates["api-2"].open()
    wait_drift(fleet, "api-2", ["modified"])
    fleet.gates["api-2"].cut()
    node = fleet.api.wait_node("shop", "api-2", lambda node: not node["online"])
    assert node["drift"]["reasons"] == ["modified"] and not node["behind"]
    events = fleet.api.events()
    assert deployed(fleet, rollout={"offline": "skip"})["state"] == "partial"
    told = events.until(lambda event: event.kind == "node" and event.data["node"]["behind"], within=40)[-1]
    assert told.data["node"]["alias"] == "api-2" and not told.data["node"]["online"]
    assert not fleet.api.node("shop", "api-1")["behind"]
    fleet.server.kill()
    fleet.server.start()
    assert fleet.api.node("shop", "api-2")["behind"]
    fleet.gates["api-2"].open()
    fleet.api.wait_online("shop")
    deployed(fleet)
    node = fleet.api.wait_node("shop", "api-2", lambda node: node["revision"] == fleet.new)
    assert not node["behind"]


def test_a_node_that_was_not_chosen_or_failed_is_behind(box):
    fleet = Fleet(box, count=3, hooks={"api-2": {"after_deploy": "exit 3"}}).start()
    assert not any(node["behind"] for node in fleet.api.app("shop")["nodes"]), "nothing was deployed yet"
    assert deployed(fleet, nodes=["api-1", "api-2"])["state"] == "partial"
    wait_until(lambda: {node["alias"]: node["behind"] for node in fleet.api.app("shop")["nodes"]} ==
               {"api-1": False, "api-2": True, "api-3": True}, 10, "who is behind")
    assert drift(fleet, "api-2") is None, "it stands where the failed deployment left it"


def test_nothing_is_drifted_while_a_deployment_is_at_work(box):
    fleet = Fleet(box, count=1).start()
    deployed(fleet, action="rollback", revision=fleet.old)
    events = fleet.api.events()
    deployed(fleet)
    deployed(fleet, action="rollback", revision=fleet.old)
    look_again(fleet, "api-1")
    seen = events.until(lambda event: event.kind == "node" and not event.data["node"]["online"])
    assert [event.data for event in seen if event.kind == "node" and event.data["node"]["drift"]] == []


@pytest.mark.slow
def test_an_edit_by_hand_is_seen_within_a_minute(box):
    fleet = Fleet(box, count=2).start()
    deployed(fleet)
    fleet.copies["api-2"].write("app.txt", "edited by hand\n")
    wait_drift(fleet, "api-2", ["modified"], within=125)
