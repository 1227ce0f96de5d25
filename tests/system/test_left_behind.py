"""What a death at the worst moment left behind is repaired by what comes next. Found by the chaos test."""
import pytest

from lib import processes
from lib.fleet import Fleet, of
from lib.server import Server, git_app, node
from lib.wait import wait_until
from lib.wire import AgentSide

NEW = "2" * 40


def test_an_order_whose_last_ack_was_lost_is_collected_after_the_next_hello(box):
    fake = AgentSide()
    box.on_close(fake.close)
    fake.commits = [{"revision": NEW, "author": "a", "time": "2026-01-02T03:04:05Z", "message": "m"}]
    server = Server(box, [git_app("shop", "https://example.org/x.git", [node("one", fake, "/srv/one")])])
    server.start()
    api = server.api
    api.wait_online("shop")

    def lose(session, message):
        if message["offset"] >= len(fake.orders[message["order"]].data):
            session.close()
            return True
        return False

    fake.on["ack"] = lose
    number = api.deploy("shop")["id"]
    assert api.wait_ended(number)["state"] == "succeeded"
    fake.wait(lambda: len(fake.of("hello")) >= 2, 10, "the next hello")
    fake.on.clear()
    api.wait_online("shop")
    fake.wait(lambda: all(order.collected for order in fake.orders.values()), 8, "the last ack")


def new_file(path):
    """git removes a file before it writes it anew."""
    try:
        return path.read_text().startswith("two")
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("how", ["killed", "cancelled"])
def test_a_switch_is_not_left_half_done(box, how):
    # A git that tells its progress is ended by SIGPIPE once nobody reads it. By itself it begins after 2 s.
    box.env["GIT_PROGRESS_DELAY"] = "0"
    fleet = Fleet(box, count=1)
    names = [f"f{number:05}.txt" for number in range(3000)]
    files = lambda text: {name: f"{text} {name}\n" for name in names}
    fleet.repo.commit(files("one"))
    fleet.start()
    api, copy, agent = fleet.api, fleet.copies["api-1"], fleet.agents["api-1"]
    assert api.wait_ended(api.deploy("shop")["id"])["state"] == "succeeded"
    fleet.repo.commit(files("two"))
    number = api.deploy("shop")["id"]
    wait_until(lambda: new_file(copy.path / names[0]), 20, "the first new file", poll=0.0005)
    processes.kill(agent.runners()[0]) if how == "killed" else api.cancel(number)
    api.wait_ended(number)
    again = of(api.wait_ended(api.deploy("shop")["id"]), "api-1")
    assert again["state"] == "succeeded", again


def test_a_commit_that_a_killed_fetch_left_without_its_tree_is_fetched_again(box):
    """git unpacks a small fetch into loose objects, commits first: what a kill leaves is a commit without its files."""
    fleet = Fleet(box, count=1).start()
    commit = fleet.repo.git("cat-file", "commit", fleet.new, text=False)
    (box.path / "commit").write_bytes(commit)
    copy = fleet.copies["api-1"]
    assert copy.git("hash-object", "-w", "-t", "commit", box.path / "commit") == fleet.new
    done = of(fleet.api.wait_ended(fleet.api.deploy("shop")["id"]), "api-1")
    assert done["state"] == "succeeded", done["reason"]
