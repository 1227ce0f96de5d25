"""Apps, nodes and history as the API shows them."""
import pytest

from lib.fleet import Fleet
from lib.server import Server, git_app, node
from lib.wait import wait_until


def test_apps_come_in_the_order_of_the_configuration(box):
    apps = [git_app(name, "https://user:s3cret@example.org/x.git", []) for name in ("zebra", "apple", "商店 1#2?%")]
    server = Server(box, apps).start()
    shown = server.api.apps()
    assert [app["name"] for app in shown] == ["zebra", "apple", "商店 1#2?%"]
    assert "s3cret" not in str(shown) and "example.org" in shown[0]["url"]
    assert server.api.app("商店 1#2?%")["name"] == "商店 1#2?%"


def test_an_app_shows_its_nodes_as_they_are(fleet):
    app = fleet.api.app("shop")
    assert (app["type"], app["url"], app["branch"]) == (fleet.vcs, fleet.repo.url, "main" if fleet.vcs == "git" else None)
    assert (app["running_deployment"], app["last_deployment"]) == (None, None)
    assert [one["alias"] for one in app["nodes"]] == fleet.aliases
    for one in app["nodes"]:
        assert one["online"] and one["reason"] is None and one["modified"] == []
        assert (one["revision"], one["path"]) == (fleet.old, str(fleet.copies[one["alias"]].path))
        assert one["addr"] == fleet.agents[one["alias"]].addr
        assert one["agent_version"] and one["os"] and one["last_seen"]


@pytest.mark.slow
def test_local_changes_made_by_a_person_are_seen_within_a_minute(box):
    fleet = Fleet(box, count=2).start()
    fleet.copies["api-2"].write("app.txt", "edited\n")
    fleet.copies["api-2"].write("untracked.txt", "new\n")
    fleet.api.wait_node("shop", "api-2", lambda one: one["modified"] == ["app.txt"], within=75)


def test_a_node_that_stands_elsewhere_after_a_deployment_is_seen_at_once(fleet):
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_ended(number)
    wait_until(lambda: {one["revision"] for one in fleet.api.app("shop")["nodes"]} == {fleet.new}, 5, "the new revisions")
    app = fleet.api.app("shop")
    assert (app["running_deployment"], app["last_deployment"]) == (None, number)


def test_history_comes_newest_first_in_pages(fleet):
    fleet.repo.commits(5)
    whole = fleet.api.commits("shop", limit=200)
    assert whole["node"] in fleet.aliases and not whole["more"]
    revisions, last, more = [], {}, True
    while more:
        page = fleet.api.commits("shop", limit=3, **last)
        revisions += [commit["revision"] for commit in page["commits"]]
        last, more = {"before": revisions[-1]}, page["more"]
    assert revisions == [commit["revision"] for commit in whole["commits"]]
    assert revisions[5] == fleet.new and revisions[6] == fleet.old


def test_history_keeps_messages_and_authors(fleet):
    message = "第一行\n\nsecond paragraph"
    author = "Ann Ö" if fleet.vcs == "svn" else "Ann Ö <ann@example.org>"
    fleet.repo.commit(message=message, author=author)
    fleet.repo.commit(message="")
    empty, full = fleet.api.commits("shop", limit=2)["commits"]
    assert (empty["message"].strip(), full["message"].strip()) == ("", message) and "Ann Ö" in full["author"]


def test_history_is_read_by_a_node_that_is_online(box):
    fleet = Fleet(box, count=2).start()
    fleet.agents["api-1"].kill()
    fleet.api.wait_node("shop", "api-1", lambda one: not one["online"])
    assert fleet.api.commits("shop")["node"] == "api-2"
    fleet.agents["api-2"].kill()
    fleet.api.wait_node("shop", "api-2", lambda one: not one["online"])
    assert fleet.api.get("/api/v1/apps/shop/commits").problem(503)


@pytest.mark.parametrize("query, status", [("limit=0", 400), ("limit=201", 400), ("limit=x", 400), ("limit=-1", 400), ("limit=", 400),
                                           ("before=-x", 400), ("before=", 400), ("before=" + "f" * 40, 400)])
def test_a_bad_question_about_history_is_told(box, query, status):
    fleet = Fleet(box, count=1).start()
    fleet.api.get(f"/api/v1/apps/shop/commits?{query}").problem(status)


def test_one_agent_serves_several_nodes_over_one_link(box):
    fleet = Fleet(box, count=1)
    other = fleet.repo.clone(box.path / "www/other")
    fleet.server.config["apps"].append(git_app("second", fleet.repo.url, [node("api-1", fleet.agents["api-1"], other.path)]))
    fleet.server.config["apps"][0]["node"].append(node("api-1b", fleet.agents["api-1"], other.path))
    fleet.start()
    fleet.api.wait_online("second")
    assert fleet.api.node("second", "api-1")["revision"] == fleet.api.node("shop", "api-1b")["revision"] == fleet.new


def test_a_path_that_is_no_working_copy_is_told_on_the_node(box):
    fleet = Fleet(box, count=1)
    thing = box.path / "www/thing"
    thing.mkdir()
    (thing / "file").touch()
    fleet.server.config["apps"][0]["node"].append(node("api-2", fleet.agents["api-1"], thing))
    fleet.server.start()
    shown = fleet.api.wait_node("shop", "api-2", lambda one: one["online"] and one["reason"])
    assert shown["revision"] is None and str(thing) in shown["reason"]


def test_an_app_without_nodes_is_shown_and_cannot_be_deployed(box):
    api = Server(box, [git_app("empty", "", [])]).start().api
    assert api.app("empty")["nodes"] == []
    assert api.post("/api/v1/apps/empty/deployments", {"action": "update"}).status in (409, 422, 503)


def test_health_is_told(box):
    api = Server(box, []).start().api
    health = api.get_json("/healthz")
    assert health["status"] == "ok" and health["version"]
