"""Old output and history go by age and size, on the server and on agents; what is needed stays."""
import os
import sqlite3
import time

import pytest

from lib.fleet import Fleet
from lib.wait import wait_until

DAY = 24 * 3600


def deploy(fleet):
    return fleet.api.wait_ended(fleet.api.deploy("shop")["id"])["id"]


def make_older(fleet, days, *numbers):
    """The server is down."""
    with sqlite3.connect(fleet.server.data / "slipway.db") as database:
        for number in numbers:
            database.execute("UPDATE deployments SET finished_at = finished_at - ? WHERE id = ?", (days * DAY * 1000, number))


def output_files(fleet):
    return len(list((fleet.server.data / "output").iterdir()))


def limits(fleet, **history):
    fleet.server.config["history"] = history


def tidied(fleet, pattern):
    return fleet.server.wait_log(pattern, within=30)


@pytest.fixture
def talking(box):
    """One node, whose hook writes 700 KB each time."""
    hook = "yes 0123456789012345678901234567890123456789 | head -c 700000"
    return Fleet(box, count=1, hooks={"api-1": {"after_deploy": hook}}).start()


def test_the_output_of_the_oldest_goes_first_and_what_happened_stays(talking):
    fleet = talking
    numbers = [deploy(fleet) for _ in range(4)]
    last = fleet.api.get_json("/api/v1/apps")["last_event_id"]
    limits(fleet, max_bytes="1MiB")
    fleet.server.restart()
    tidied(fleet, r"removed 0 deployments and the output of 3 more")
    for number in numbers[:-1]:
        node = fleet.api.deployment_node(number, "api-1")
        assert node["output_removed"] and node["state"] == "succeeded" and node["output_bytes"] > 700_000
        assert "max_bytes" in fleet.api.output(number, "api-1").problem(410, "gone")
        with fleet.api.deployment_events(number) as stream:
            assert [event.kind for event in stream.all(10)] == ["end"]
    assert not fleet.api.deployment_node(numbers[-1], "api-1")["output_removed"]
    assert len(fleet.api.output(numbers[-1], "api-1").body) > 700_000 and output_files(fleet) == 1
    assert fleet.api.get_json("/api/v1/apps")["last_event_id"] >= last


def test_who_was_away_while_events_were_removed_is_told_to_load_again(talking):
    fleet = talking
    before = fleet.api.get_json("/api/v1/apps")["last_event_id"]
    for _ in range(3):
        deploy(fleet)
    limits(fleet, max_bytes="1MiB")
    fleet.server.write_config(fleet.server.port)
    assert fleet.api.post("/api/v1/config/reload").status == 200
    tidied(fleet, r"the output of 2 more")
    with fleet.api.events(after=before) as stream:
        assert stream.next().kind == "reset"
    with fleet.api.events(after=fleet.api.get_json("/api/v1/apps")["last_event_id"]) as stream:
        deploy(fleet)
        assert stream.next().kind != "reset"


def test_what_is_too_old_goes_but_for_the_newest_of_the_app(box):
    fleet = Fleet(box, count=1).start()
    numbers = [deploy(fleet) for _ in range(12)]
    limits(fleet, days=30)
    fleet.server.stop()
    make_older(fleet, 31, *numbers)
    fleet.server.start()
    tidied(fleet, r"removed 2 deployments and the output of 0 more; it keeps 30 days")
    left = fleet.api.deployments(app="shop", limit=50)["deployments"]
    assert [one["id"] for one in left] == numbers[:1:-1]
    fleet.api.get(f"/api/v1/deployments/{numbers[0]}").problem(404)
    assert deploy(fleet) == numbers[-1] + 1


def test_the_last_deployment_of_a_node_stays(box):
    fleet = Fleet(box, count=2).start()
    first = fleet.api.wait_ended(fleet.api.deploy("shop", nodes=["api-2"])["id"])["id"]
    rest = [fleet.api.wait_ended(fleet.api.deploy("shop", nodes=["api-1"])["id"])["id"] for _ in range(11)]
    limits(fleet, days=1)
    fleet.server.stop()
    make_older(fleet, 31, first, *rest)
    fleet.server.start()
    tidied(fleet, r"removed 1 deployments")
    assert fleet.api.deployment(first)["state"] == "succeeded"


def test_a_deployment_that_runs_is_never_removed(box):
    hook = f"until [ -e {box.path}/go ]; do sleep 0.02; done"
    fleet = Fleet(box, count=1, hooks={"api-1": {"after_deploy": hook}}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_step(number, "api-1", "after_deploy")
    limits(fleet, days=1, max_bytes="1MiB")
    fleet.server.restart()
    fleet.file("go").touch()
    assert fleet.api.wait_ended(number)["state"] == "succeeded"


def test_a_clock_that_jumped_ahead_removes_nothing_by_age(box):
    fleet = Fleet(box, count=1).start()
    numbers = [deploy(fleet) for _ in range(12)]
    limits(fleet, days=30)
    fleet.server.stop()
    # All that is on record lies a year back: as a clock sees it that has just jumped a year ahead.
    make_older(fleet, 366, *numbers)
    with sqlite3.connect(fleet.server.data / "slipway.db") as database:
        database.execute("UPDATE events SET created_at = created_at - ?", (366 * DAY * 1000,))
    fleet.server.start()
    tidied(fleet, r"the clock has jumped ahead")
    fleet.api.wait_online("shop")
    assert len(fleet.api.deployments(app="shop", limit=50)["deployments"]) == 12


@pytest.mark.parametrize("history, column", [({"days": 0}, "days"), ({"days": "90"}, "days"), ({"max_bytes": "2 gibi"}, "max_bytes"),
                                             ({"max_bytes": "1KiB"}, "max_bytes"), ({"max_bytes": -5}, "max_bytes"), ({"size": 1}, "size")])
def test_impossible_limits_are_refused(box, history, column):
    fleet = Fleet(box, count=1).start()
    limits(fleet, **history)
    fleet.server.write_config(fleet.server.port)
    answer = fleet.api.post("/api/v1/config/reload")
    assert column in answer.problem(422, "invalid")


# --- agents


def age(path, days):
    then = time.time() - days * DAY
    os.utime(path, (then, then))


def collected(agent):
    return {mark.parent.name for mark in agent.data.glob("orders/*/collected")}


def test_an_agent_forgets_orders_that_were_collected_long_ago(box):
    fleet = Fleet(box, count=1).start()
    agent = fleet.agents["api-1"]
    for _ in range(3):
        deploy(fleet)
    wait_until(lambda: len(collected(agent)) == 3, 10, "the orders to be collected")
    old, *_, new = sorted(collected(agent))
    uncollected = sorted(collected(agent))[1]
    agent.stop()
    (agent.data / "orders" / uncollected / "collected").unlink()
    for order in (old, uncollected):
        for file in [agent.data / "orders" / order, *(agent.data / "orders" / order).iterdir()]:
            age(file, 8)
    cache = agent.data / "cache"
    for name, days in (("unused.git", 31), ("used.git", 29)):
        (cache / name).mkdir()
        (cache / name / "HEAD").write_text("ref: refs/heads/main\n")
        for file in (cache / name / "HEAD", cache / name):
            age(file, days)
    (agent.data / "patches/some.patch").write_text("a person's work")
    age(agent.data / "patches/some.patch", 400)
    agent.start()
    agent.wait_log(r"removed the cached repository unused\.git")
    assert not agent.order_dir(old).exists() and agent.order_dir(new).exists() and agent.order_dir(uncollected).exists()
    assert (cache / "used.git").exists() and not (cache / "unused.git").exists()
    assert (agent.data / "patches/some.patch").exists()


def test_an_agent_keeps_no_more_bytes_than_it_is_told(talking, monkeypatch):
    fleet, agent = talking, talking.agents["api-1"]
    for _ in range(3):
        deploy(fleet)
    wait_until(lambda: len(collected(agent)) == 3, 10, "the orders to be collected")
    newest = max(collected(agent))
    agent.stop()
    given = agent.argv
    monkeypatch.setattr(agent, "argv", lambda: [*given(), "--keep-bytes", "1MiB"])
    agent.start()
    agent.wait_log(r"removed 2 old orders")
    assert collected(agent) == {newest}
