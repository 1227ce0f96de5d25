"""The layout "releases" on a real agent: a folder for every revision, one atomic link, and back without the network."""
import os
import re
import shutil
from types import SimpleNamespace

import pytest

from lib import orders, processes
from lib import server as config
from lib.agent import Agent
from lib.small_disk import seen_by, wrapper
from lib.tools import Hold
from lib.wait import wait_until
from lib.www import Www, succeed

WAIT = "until [ -e {go} ]; do sleep 0.02; done"


@pytest.fixture
def www(site):
    return Www(site)


@pytest.fixture
def git_www(shop):
    return Www(shop)


def commit(www, text):
    return www.site.repo.commit({"app.txt": text})


def test_a_release_is_made_served_and_told(www, server_side):
    got = succeed(server_side, www.order(www.site.old))
    assert got.step_names() == ["check", "fetch", "switch"]
    assert www.read() == "version 1\n" and os.readlink(www.path / "current") == f"releases/{www.name}"
    assert server_side.query("status", www.target())["revision"] == www.site.old
    succeed(server_side, www.order())
    assert www.read() == "version 2\n" and len(www.names()) == 2
    assert re.fullmatch(r"\d{8}T\d{6}Z-" + www.site.new[:10], www.name)
    assert server_side.query("status", www.target())["modified"] == []


def test_a_rollback_to_a_release_that_is_there_needs_no_repository(www, server_side):
    succeed(server_side, www.order(www.site.old))
    old = www.name
    succeed(server_side, www.order())
    shutil.move(www.site.repo.root, www.site.box.path / "moved away")
    got = succeed(server_side, www.order(www.site.old, action="rollback"))
    assert www.name == old and www.read() == "version 1\n"
    assert (got.result["revision_before"], got.result["revision_after"]) == (www.site.new, www.site.old)


def test_hooks_run_in_the_new_release_and_then_behind_the_link(www, server_side):
    succeed(server_side, www.order(www.site.old))
    old = www.name
    show = 'echo "$PWD $SLIPWAY_RELEASE $SLIPWAY_PATH $(cat app.txt) $(readlink "$SLIPWAY_PATH/current")"'
    got = succeed(server_side, www.order(before=[show, "echo built > built"], after=[show, "cat built"]))
    release = www.path / "releases" / www.name
    assert got.text("before_deploy", "stdout") == f"{release} {release} {www.path} version 2 releases/{old}\n"
    # A shell that was started behind a link may call the folder by either name.
    after = got.text("after_deploy", "stdout").replace(f"{www.path}/current ", f"{release} ", 1)
    assert after == f"{release} {release} {www.path} version 2 releases/{www.name}\nbuilt\n"


def test_what_is_shared_survives_every_release(site, server_side):
    www = Www(site, shared=["uploads", "config/.env"])
    (www.path / "shared/config").mkdir(parents=True)
    (www.path / "shared/config/.env").write_text("secret\n")
    succeed(server_side, www.order(site.old))
    (www.path / "current/uploads/photo").write_text("photo\n")
    succeed(server_side, www.order())
    assert www.read("uploads/photo") == "photo\n" and www.read("config/.env") == "secret\n"


@pytest.mark.parametrize("path", ["../escape", "/etc", "", "a/../../b"])
def test_a_shared_path_that_escapes_is_refused(git_www, server_side, path):
    git_www.settings["shared"] = [path]
    got = server_side.run(git_www.order())
    assert (got.result["state"], got.result["step"]) == ("failed", "check") and "shared" in got.result["reason"], got
    assert not git_www.path.exists()


def test_a_release_folder_that_somebody_else_filled_is_refused(git_www, server_side):
    succeed(server_side, git_www.order(git_www.site.old))
    (git_www.path / "releases/mine").mkdir()
    got = server_side.run(git_www.order())
    assert (got.result["state"], got.result["step"]) == ("failed", "check") and "mine" in got.result["reason"], got
    assert git_www.read() == "version 1\n" and (git_www.path / "releases/mine").exists()


def test_a_working_copy_in_place_is_no_place_for_releases(shop, server_side):
    www = Www(shop, path=shop.path)
    got = server_side.run(www.order())
    assert got.result["step"] == "check" and "in_place" in got.result["reason"], got
    assert "in_place" in server_side.query("status", www.target())["message"]
    assert shop.unchanged()


def test_a_revision_that_vanished_since_it_was_resolved_switches_nothing(git_www, server_side):
    succeed(server_side, git_www.order(git_www.site.old))
    repo = git_www.site.repo
    gone = commit(git_www, "gone soon\n")
    assert server_side.query("resolve", git_www.target())["revision"] == gone
    repo.git("push", "-q", "--force", "origin", f"{git_www.site.new}:refs/heads/main")
    repo.git("--git-dir", repo.bare, "gc", "-q", "--prune=now")
    got = server_side.run(git_www.order(gone))
    assert (got.result["state"], got.result["step"]) == ("failed", "fetch") and gone in got.result["reason"], got
    assert git_www.read() == "version 1\n" and len(git_www.names()) == 1


def test_good_releases_are_kept_by_number(www, server_side):
    www.settings["keep_releases"] = 2
    names = []
    for number in range(4):
        succeed(server_side, www.order(commit(www, f"text {number}\n")))
        names.append(www.name)
    www.wait_names(names[-2:])


@pytest.mark.parametrize("keep", [False, True])
def test_a_failed_release_is_removed_or_kept_and_told(www, server_side, keep):
    www.settings["keep_failed"] = keep
    succeed(server_side, www.order(www.site.old))
    old = www.name
    got = server_side.run(www.order(before=["exit 7"]))
    assert (got.result["state"], got.result["step"], got.result["exit_code"]) == ("failed", "before_deploy", 7), got
    assert www.name == old and www.read() == "version 1\n"
    if keep:
        failed, = set(www.names()) - {old}
        assert (www.path / "releases" / failed / "app.txt").read_text() == "version 2\n"
        assert (www.path / ".slipway" / f"{failed}.failed").exists() and failed in got.result["reason"]
    else:
        www.wait_names([old])
    succeed(server_side, www.order())
    assert www.read() == "version 2\n"


def test_what_somebody_changed_in_a_release_is_told_and_not_taken_over(www, server_side):
    succeed(server_side, www.order(www.site.old))
    (www.path / "current/README").write_text("edited\n")
    assert server_side.query("status", www.target())["modified"] == ["README"]
    refused = server_side.run(www.order(local_changes="refuse"))
    assert (refused.result["step"], "README" in refused.result["reason"]) == ("check", True), refused
    got = succeed(server_side, www.order())
    assert "README" in got.text("fetch", "note") and www.read("README") == "one\n"


def test_two_apps_of_one_repository_share_what_was_fetched(shop, server_side):
    one, other = Www(shop), Www(shop, path=shop.box.path / "www" / "other")
    succeed(server_side, one.order())
    shutil.move(shop.repo.root, shop.box.path / "moved away")
    succeed(server_side, other.order())
    assert other.read() == "version 2\n"


def test_orders_of_several_apps_of_one_repository_at_once(shop, server_side):
    paths = [Www(shop, path=shop.box.path / "www" / f"app-{number}") for number in range(4)]
    given = [www.order() for www in paths]
    for one in given:
        server_side.order(one)
        server_side.follow(one["id"])
    for one, www in zip(given, paths):
        assert server_side.result(one["id"]).result["state"] == "succeeded", server_side.spool(one["id"])
        assert www.read() == "version 2\n"


def begin(side, one, step):
    side.order(one)
    side.follow(one["id"])
    side.step(one["id"], step)


def kill_runner(agent):
    runner, = agent.runners()
    processes.kill(runner)


def interrupted(side, one, step, revision):
    result = side.result(one["id"], within=20).result
    assert (result["state"], result["step"], result["revision_after"]) == ("interrupted", step, revision), result


@pytest.mark.parametrize("word", ["fetch", "read-tree", "checkout-index"])
def test_a_runner_killed_while_it_makes_a_release_leaves_nothing_that_blocks(box, shop, link_to, word):
    hold = Hold(box, "git", also=["read-tree", "checkout-index"])
    agent = Agent(box).start()
    side, www = link_to(agent), Www(shop)
    succeed(side, www.order(shop.old))
    old = www.name
    hold.on(word)
    newer = commit(www, "version 3\n")
    one = www.order(newer)
    begin(side, one, "fetch")
    wait_until(lambda: hold.reached(word), 15, f"git {word}")
    kill_runner(agent)
    interrupted(side, one, "fetch", shop.old)
    hold.off(word)
    assert www.name == old and www.read() == "version 1\n"
    succeed(side, www.order(newer))
    assert www.read() == "version 3\n"
    www.wait_names([old, www.name])


@pytest.mark.parametrize("step, stands_on", [("before_deploy", "old"), ("after_deploy", "new")])
def test_a_runner_killed_in_a_hook_leaves_nothing_that_blocks(www, agent, link_to, step, stands_on):
    side = link_to(agent)
    succeed(side, www.order(www.site.old))
    hook = ["echo here; " + WAIT.format(go=www.site.file("go"))]
    one = www.order(**{"before" if step == "before_deploy" else "after": hook})
    begin(side, one, step)
    side.output(one["id"], "here\n")
    kill_runner(agent)
    interrupted(side, one, step, getattr(www.site, stands_on))
    newer = commit(www, "version 3\n")
    succeed(side, www.order(newer))
    assert www.read() == "version 3\n"
    assert side.query("status", www.target())["revision"] == newer
    succeed(side, www.order())
    assert www.read() == "version 2\n"


@pytest.fixture
def small(box):
    """An agent that sees a disk of 3 MiB at a path of its own."""
    disk = box.path / "small"
    agent = Agent(box)
    return agent.start(wrapper(disk, "3m")), disk


def test_too_little_room_is_told_before_anything_is_written(shop, small, link_to):
    agent, disk = small
    side, www = link_to(agent), Www(shop, path=disk / "www")
    www.seen = seen_by(agent, www.path)
    succeed(side, www.order(shop.old))
    big = shop.repo.commit({"big": os.urandom(4 << 20)})
    got = side.run(www.order(big))
    assert (got.result["state"], got.result["step"]) == ("failed", "fetch"), got
    assert re.search(r"has [\d.]+ MiB free, and [\d.]+ MiB are needed", got.result["reason"]), got.result
    assert www.read() == "version 1\n" and len(www.names()) == 1


def test_cleaning_works_on_a_full_disk(shop, small, link_to):
    agent, disk = small
    side, www = link_to(agent), Www(shop, path=disk / "www", keep_releases=10)
    www.seen = seen_by(agent, www.path)
    names = []
    for number in range(4):
        revision = shop.repo.commit({"big": os.urandom(600_000), "app.txt": f"text {number}\n"})
        succeed(side, www.order(revision))
        names.append(www.name)
    with open(www.seen / "filler", "wb", buffering=0) as filler:
        try:
            while filler.write(bytes(4096)):
                pass
        except OSError:
            pass
    full = side.run(www.order(shop.old))
    assert "free" in full.result["reason"] and www.name == names[-1], full
    www.settings["keep_releases"] = 2
    succeed(side, www.order(shop.old))
    assert www.read() == "version 1\n" and names[-1] in www.names() and names[0] not in www.names()


@pytest.fixture
def fleet_of_releases(box, site):
    """A server whose nodes have no release yet."""
    fleet = SimpleNamespace(repo=site.repo, old=site.old, new=site.new, box=box)
    agents = [Agent(box, f"agent-{number}").start() for number in (1, 2)]
    fleet.places = [box.path / "www" / f"node-{number}" for number in (1, 2)]
    nodes = [config.node(f"api-{number}", agent, place) for number, (agent, place) in enumerate(zip(agents, fleet.places), 1)]
    make = config.git_app if site.vcs == "git" else config.svn_app
    server = config.Server(box, [make("shop", site.url, nodes, layout="releases", shared=["logs"], keep_releases=3)]).start()
    fleet.api = server.api
    fleet.api.wait_online("shop")
    return fleet


def test_the_whole_way_from_server_json(box, fleet_of_releases):
    fleet = fleet_of_releases
    app = fleet.api.app("shop")
    assert app["layout"] == "releases"
    for revision in (fleet.old, fleet.new):
        done = fleet.api.wait_ended(fleet.api.deploy("shop", revision=revision)["id"])
        assert done["state"] == "succeeded", done
    for www in fleet.places:
        assert (www / "current/app.txt").read_text() == "version 2\n" and (www / "shared/logs").is_dir()
    shutil.move(fleet.repo.root, box.path / "moved away")
    done = fleet.api.wait_ended(fleet.api.deploy("shop", action="rollback", revision=fleet.old)["id"])
    assert done["state"] == "succeeded", done
    assert {(www / "current/app.txt").read_text() for www in fleet.places} == {"version 1\n"}
    fleet.api.wait_node("shop", "api-1", lambda node: node["revision"] == fleet.old)
