"""svn: local changes, places, odd states."""
import re
import sqlite3

import pytest

from lib import processes
from lib.orders import order, target
from lib.repos import SvnRepo
from lib.sites import git_site, svn_site
from lib.tools import Hold
from lib.wait import wait_until

TEN_LINES = "".join(f"line {number}\n" for number in range(10))


@pytest.fixture
def site(box):
    return svn_site(box, files={"other.txt": "other 1\n", "long.txt": TEN_LINES})


@pytest.fixture
def shop_and_svn(box):
    return git_site(box, "shop"), svn_site(box, "svn")


def not_switched(site, got, *names):
    assert got.result["state"] == "failed", got
    for name in names:
        assert name in got.result["reason"] + got.text(), got
    assert site.copy.revision == site.old and got.result.get("revision_after") in (site.old, None), got


def test_keep_lets_an_edit_survive_that_is_not_in_the_way(site, server_side):
    site.copy.write("other.txt", "edited\n")
    assert server_side.run(site.order()).result["state"] == "succeeded"
    assert site.switched() and site.copy.read("other.txt") == "edited\n"


def test_keep_fails_before_anything_changed_when_an_edit_is_in_the_way(site, server_side):
    site.copy.write("app.txt", "edited\n")
    got = server_side.run(site.order(before=[f"touch {site.file('hook')}"]))
    not_switched(site, got, "app.txt")
    assert site.copy.read() == "edited\n" and not site.file("hook").exists()


def test_a_conflict_is_a_failure_that_names_the_file_and_keeps_the_edit(site, server_side):
    site.copy.write("app.txt", "edited\n")
    got = server_side.run(site.order())
    assert got.result["state"] == "failed" and "app.txt" in got.result["reason"], got
    held = "".join(file.read_text() for file in site.path.glob("app.txt*"))
    assert "edited" in held
    assert got.result["revision_after"] == site.copy.revision


def test_a_tree_conflict_is_a_failure_that_names_the_file(site, server_side):
    site.copy.write("other.txt", "edited\n")
    site.repo.mucc("-m", "remove", "rm", "trunk/other.txt")
    got = server_side.run(site.order(site.repo.youngest()))
    assert got.result["state"] == "failed" and "other.txt" in got.result["reason"], got


def test_a_conflict_does_not_stop_the_next_order_for_ever(site, server_side):
    site.copy.write("app.txt", "edited\n")
    server_side.run(site.order())
    got = server_side.run(site.order(local_changes="discard"))
    assert got.result["state"] == "succeeded" and site.switched(), got


def test_refuse_fails_for_any_edit_and_names_it(site, server_side):
    site.copy.write("other.txt", "edited\n")
    not_switched(site, server_side.run(site.order(local_changes="refuse")), "other.txt")
    assert site.copy.read("other.txt") == "edited\n"


@pytest.mark.parametrize("mode", ["keep", "refuse", "discard"])
def test_untracked_files_are_never_touched(site, server_side, mode):
    site.copy.write("untracked.txt", "mine\n")
    assert server_side.run(site.order(local_changes=mode)).result["state"] == "succeeded"
    assert site.copy.read("untracked.txt") == "mine\n" and site.switched()


@pytest.mark.parametrize("mode", ["keep", "discard"])
def test_an_untracked_file_in_the_way_of_a_new_one_fails_and_is_left_alone(site, server_side, mode):
    newest = site.repo.commit({"new.txt": "from the repository\n"})
    site.copy.write("new.txt", "mine\n")
    got = server_side.run(site.order(newest, local_changes=mode))
    assert got.result["state"] == "failed" and "new.txt" in got.result["reason"] + got.text(), got
    assert site.copy.read("new.txt") == "mine\n"


def test_discard_saves_the_edits_as_a_patch_and_prints_its_name(site, agent, server_side):
    site.copy.write("app.txt", "edited\n")
    site.copy.write("long.txt", TEN_LINES + "one more\n")
    got = server_side.run(site.order(local_changes="discard"))
    assert got.result["state"] == "succeeded" and site.switched(), got
    assert site.copy.svn("status", "-q") == ""
    name = re.search(rf"{re.escape(str(agent.data))}/\S+", got.text())[0].rstrip(".,;:'\")")
    with open(name, encoding="utf-8") as patch:
        text = patch.read()
    assert "+edited" in text and "+one more" in text


def test_discard_restores_a_file_that_somebody_deleted(site, server_side):
    (site.path / "other.txt").unlink()
    got = server_side.run(site.order(local_changes="discard"))
    assert got.result["state"] == "succeeded" and site.copy.read("other.txt") == "other 1\n", got


@pytest.mark.parametrize("name", ["fresh", "deep/er/fresh", "with a space", "商店 前端", "at@5", "-dash"])
def test_a_missing_path_is_checked_out(box, site, server_side, name):
    path = box.path / "www" / name
    got = server_side.run(order(target(path, site.url, vcs="svn"), site.old))
    assert got.result["state"] == "succeeded", got
    assert (path / "app.txt").read_text() == "version 1\n"
    assert server_side.run(order(target(path, site.url, vcs="svn"), site.new)).result["state"] == "succeeded"
    assert (path / "app.txt").read_text() == "version 2\n"


def test_a_working_copy_of_another_url_is_refused_with_both_urls(box, site, server_side):
    other = SvnRepo(box, "other")
    other.commit()
    got = server_side.run(order(target(site.path, other.url, vcs="svn"), "2", before=[f"touch {site.file('hook')}"]))
    assert (got.result["state"], got.result["step"]) == ("failed", "check"), got
    assert other.url in got.result["reason"] and site.url in got.result["reason"]
    assert site.unchanged() and not site.file("hook").exists()


def test_another_thing_at_the_path_is_refused_and_left_alone(box, site, server_side):
    thing = box.path / "www/thing"
    thing.mkdir()
    (thing / "app.txt").write_text("precious\n")
    got = server_side.run(order(target(thing, site.url, vcs="svn"), site.new))
    assert (got.result["state"], got.result["step"]) == ("failed", "check"), got
    assert (thing / "app.txt").read_text() == "precious\n" and not (thing / ".svn").exists()


def test_a_git_working_copy_is_no_svn_working_copy(shop_and_svn, server_side):
    shop, site = shop_and_svn
    got = server_side.run(order(target(shop.path, site.url, vcs="svn"), site.new))
    assert (got.result["state"], got.result["step"]) == ("failed", "check") and shop.unchanged(), got


def test_an_svn_working_copy_is_no_git_working_copy(shop_and_svn, server_side):
    shop, site = shop_and_svn
    got = server_side.run(order(target(site.path, shop.url), shop.new))
    assert (got.result["state"], got.result["step"]) == ("failed", "check") and site.unchanged(), got


def test_a_working_copy_locked_by_an_interrupted_update_is_cleaned_up(site, server_side):
    with sqlite3.connect(site.path / ".svn/wc.db") as database:
        database.execute("insert into wc_lock (wc_id, local_dir_relpath, locked_levels) values (1, '', -1)")
    got = server_side.run(site.order())
    assert got.result["state"] == "succeeded" and site.switched(), got


def test_an_update_killed_in_the_middle_is_repaired_by_the_next(box, server_side):
    """svn itself is killed while it waits for svnserve, with the working copy locked."""
    site = svn_site(box, daemon=True)
    site.repo.daemon.held = True
    one = site.order()
    server_side.order(one)
    server_side.follow(one["id"])
    wait_until(lambda: site.repo.daemon.connections > 1, 15, "the connection of svn")
    for pid in processes.of_box(box.path):
        if processes.command_line(pid)[:1] and processes.command_line(pid)[0].endswith("svn"):
            processes.kill(pid)
    assert server_side.result(one["id"]).result["state"] == "failed"
    site.repo.daemon.release()
    got = server_side.run(site.order())
    assert got.result["state"] == "succeeded" and site.switched(), got


def test_svnserve_works_as_file_urls_do(box, server_side):
    site = svn_site(box, daemon=True)
    got = server_side.run(site.order())
    assert got.result["state"] == "succeeded" and site.switched(), got
    assert server_side.query("resolve", site.target())["revision"] == site.repo.youngest()


def test_a_path_below_a_removed_directory_in_a_mixed_working_copy(site, server_side):
    """One file was updated by a person: the working copy is of mixed revisions."""
    site.copy.svn("update", "-q", "-r", site.new, "app.txt")
    got = server_side.run(site.order())
    assert got.result["state"] == "succeeded" and site.switched(), got
    got = server_side.run(site.order(site.old, action="rollback"))
    assert got.result["state"] == "succeeded" and site.unchanged(), got


def test_a_persons_svn_update_still_works_afterwards(site, server_side):
    server_side.run(site.order(site.old, action="rollback"))
    site.copy.svn("update", "-q")
    assert site.switched()


def test_the_branch_moves_while_the_order_runs_and_the_revision_stays(box, agent, link_to, site):
    hold = Hold(box, "svn")
    agent.restart()
    side = link_to(agent)
    hold.on("update")
    one = site.order()
    side.order(one)
    side.follow(one["id"])
    wait_until(lambda: hold.reached("update"), 15, "svn update")
    hold.off("update")
    site.repo.commit({"app.txt": "version 3\n"})
    got = side.result(one["id"])
    assert got.result["revision_after"] == site.new and site.switched(), got
