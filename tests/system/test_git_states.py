"""git: working copies and repositories in odd states. Each works, or fails with a sentence that says what to do."""
import http.server
import os
import threading
import time

import pytest

from lib.orders import order, target
from lib.repos import GitCopy, GitRepo
from lib.sites import git_site


def works_or_is_told(site, got, revision=None):
    """Either it stands on the revision, or it failed with a reason and nothing changed."""
    if got.result["state"] == "succeeded":
        assert site.copy.revision == (revision or site.new), got
        return True
    assert got.result["state"] == "failed" and len(got.result["reason"]) > 20, got
    assert site.unchanged(), got
    return False


def test_a_persons_git_pull_still_works_after_update_and_rollback(shop, server_side):
    server_side.run(shop.order())
    newest = shop.repo.commit({"app.txt": "version 3\n"})
    shop.copy.git("pull", "-q", "--ff-only")
    assert (shop.copy.revision, shop.copy.branch) == (newest, "main")
    assert server_side.run(shop.order(shop.old, action="rollback")).result["state"] == "succeeded"
    assert shop.unchanged() and shop.copy.branch == "main"
    shop.copy.git("pull", "-q", "--ff-only")
    assert shop.copy.revision == newest


def test_a_detached_head_works_or_is_told(shop, server_side):
    shop.copy.git("checkout", "-q", "--detach")
    works_or_is_told(shop, server_side.run(shop.order()))


def test_another_branch_checked_out_is_not_moved_silently(shop, server_side):
    """The app's branch is main; somebody has a branch of his own checked out: his branch must not become main's commit."""
    shop.copy.git("checkout", "-q", "-b", "mine")
    got = server_side.run(shop.order())
    if works_or_is_told(shop, got):
        assert shop.copy.branch == "main" or shop.copy.git("rev-parse", "mine") == shop.old


def test_a_branch_that_was_pushed_by_force_is_followed(shop, server_side):
    rewritten = shop.repo.rewrite()
    got = server_side.run(shop.order(rewritten))
    assert got.result["state"] == "succeeded" and shop.copy.revision == rewritten, got


def test_a_rollback_to_a_commit_that_left_the_branch_works_while_the_node_has_it(shop, server_side):
    server_side.run(shop.order())
    rewritten = shop.repo.rewrite()
    server_side.run(shop.order(rewritten))
    got = server_side.run(shop.order(shop.new, action="rollback"))
    assert got.result["state"] == "succeeded" and shop.switched(), got


@pytest.mark.parametrize("commit_is_left", [True, False])
def test_a_deleted_branch_is_named(shop, server_side, commit_is_left):
    """Whether its commit can still be had by its id is up to the repository."""
    shop.repo.commit({"app.txt": "feature\n"}, branch="feature")
    shop.copy.git("fetch", "-q")
    shop.copy.git("checkout", "-q", "feature")
    before = shop.copy.revision
    newer = shop.repo.commit({"app.txt": "feature 2\n"}, branch="feature")
    shop.repo.delete_branch("feature")
    if not commit_is_left:
        shop.repo.git("-C", shop.repo.bare, "gc", "-q", "--prune=now")
    got = server_side.run(order(shop.target(branch="feature"), newer))
    if got.result["state"] == "succeeded":
        assert commit_is_left and shop.copy.revision == newer
    else:
        assert got.result["step"] == "fetch" and "feature" in got.result["reason"] and shop.copy.revision == before, got


def test_a_revision_that_vanished_since_it_was_resolved_changes_nothing(shop, server_side):
    gone = shop.repo.commit({"app.txt": "gone soon\n"})
    assert server_side.query("resolve", shop.target())["revision"] == gone
    shop.repo.git("push", "-q", "--force", "origin", f"{shop.new}:refs/heads/main")
    shop.repo.git("--git-dir", shop.repo.bare, "gc", "-q", "--prune=now")
    got = server_side.run(shop.order(gone, before=[f"touch {shop.file('before')}"]))
    assert (got.result["state"], got.result["step"]) == ("failed", "fetch") and gone in got.result["reason"], got
    assert shop.unchanged() and not shop.file("before").exists()


@pytest.mark.parametrize("age", [0, 86_400])
def test_a_stale_index_lock_works_or_is_named(shop, server_side, age):
    lock = shop.path / ".git/index.lock"
    lock.touch()
    os.utime(lock, (time.time() - age, time.time() - age))
    if not works_or_is_told(shop, server_side.run(shop.order())):
        got = list(server_side.inboxes.values())[-1].spool
        assert "index.lock" in got.result["reason"] and got.result["step"] in ("check", "switch"), got


def test_a_merge_left_in_the_middle_is_told(shop, server_side):
    shop.copy.git("checkout", "-q", "-b", "side")
    shop.copy.write("app.txt", "side\n")
    shop.copy.git("commit", "-qam", "side")
    shop.copy.git("checkout", "-q", "main")
    shop.copy.git("config", "merge.conflictStyle", "merge")
    shop.copy.write("app.txt", "main\n")
    shop.copy.git("commit", "-qam", "main")
    shop.copy.git("merge", "-q", "side", check=False)
    before = (shop.copy.revision, shop.copy.read())
    got = server_side.run(shop.order())
    assert got.result["state"] == "failed" and got.result["reason"], got
    assert (shop.copy.revision, shop.copy.read()) == before


def test_commits_that_only_the_node_has_are_not_lost(shop, server_side):
    shop.copy.write("local.txt", "local\n")
    shop.copy.git("add", "-A")
    shop.copy.git("commit", "-qm", "made on the node")
    local = shop.copy.revision
    got = server_side.run(shop.order())
    if got.result["state"] == "succeeded":
        assert shop.copy.revision == shop.new
        assert local in shop.copy.git("reflog", "--format=%H")
    else:
        assert got.result["reason"] and shop.copy.revision == local


def test_a_shallow_clone_is_updated(box, server_side):
    repo = GitRepo(box)
    repo.commits(5)
    copy = repo.clone(box.path / "shallow", "--depth", "1")
    newest = repo.commit()
    got = server_side.run(order(target(copy.path, repo.url), newest))
    assert got.result["state"] == "succeeded" and copy.revision == newest, got


def test_a_shallow_clone_is_rolled_back_behind_its_history_or_it_is_told(box, server_side):
    repo = GitRepo(box)
    old = repo.commits(5)[1]
    copy = repo.clone(box.path / "shallow", "--depth", "1")
    head = copy.revision
    got = server_side.run(order(target(copy.path, repo.url), old, action="rollback"))
    if got.result["state"] == "succeeded":
        assert copy.revision == old
    else:
        assert "shallow" in got.result["reason"] and copy.revision == head, got


def test_submodules_follow(box, server_side):
    library = GitRepo(box, "library")
    library.commit({"lib.txt": "lib 1\n"})
    site = git_site(box, daemon=True)
    site.repo.git("submodule", "add", "-q", library.daemon_url, "vendor/library")
    first = site.repo.commit({"app.txt": "with library 1\n"})
    library.commit({"lib.txt": "lib 2\n"})
    site.repo.git("-C", "vendor/library", "pull", "-q")
    second = site.repo.commit({"app.txt": "with library 2\n"})
    for revision, text in ((first, "lib 1\n"), (second, "lib 2\n"), (first, "lib 1\n")):
        got = server_side.run(site.order(revision))
        assert got.result["state"] == "succeeded", got
        assert site.copy.read("vendor/library/lib.txt") == text
        assert site.copy.git("status", "--porcelain") == ""


def test_a_fresh_clone_has_its_submodules(box, server_side):
    library = GitRepo(box, "library")
    library.commit({"lib.txt": "lib 1\n"})
    repo = GitRepo(box)
    repo.commit()
    repo.git("submodule", "add", "-q", library.daemon_url, "library")
    revision = repo.commit({"app.txt": "2\n"})
    path = box.path / "fresh"
    got = server_side.run(order(target(path, repo.daemon_url), revision))
    assert got.result["state"] == "succeeded", got
    assert GitCopy(box, path).read("library/lib.txt") == "lib 1\n"


def test_a_submodule_that_cannot_be_fetched_is_a_failure(box, server_side):
    library = GitRepo(box, "library")
    library.commit({"lib.txt": "lib 1\n"})
    site = git_site(box, daemon=True)
    site.repo.git("submodule", "add", "-q", library.daemon_url, "library")
    revision = site.repo.commit({"app.txt": "2\n"})
    library.daemon.stop()
    got = server_side.run(site.order(revision))
    assert got.result["state"] == "failed" and "library" in got.result["reason"] + got.text(), got
    assert got.result["revision_after"] == site.copy.revision


@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"\xff\xfe"])
def test_file_names_that_are_not_utf8(box, server_side, name):
    site = git_site(box, files={os.fsdecode(name): "1\n"})
    newest = site.repo.commit({os.fsdecode(name): "2\n"})
    file = os.fsencode(site.path) + b"/" + name
    with open(file, "w") as out:
        out.write("edited\n")
    assert server_side.query("status", site.target())["modified_total"] == 1
    got = server_side.run(site.order(newest))
    assert got.result["state"] == "failed" and site.copy.revision == site.old, got
    site.copy.git("checkout", "-q", ".")
    assert server_side.run(site.order(newest)).result["state"] == "succeeded"
    with open(file) as read:
        assert read.read() == "2\n"


class Locked(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_no_prompt_for_a_password_is_waited_for(box, server_side):
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Locked)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    box.on_close(web.shutdown)
    url = f"http://127.0.0.1:{web.server_port}/shop.git"
    got = server_side.run(order(target(box.path / "fresh", url), "1" * 40), within=20)
    assert (got.result["state"], got.result["step"]) == ("failed", "fetch"), got
    assert server_side.query("resolve", target(box.path / "fresh", url)).type == "error"


def test_a_password_in_the_url_is_not_shown(box, server_side):
    url = "http://user:s3cret@127.0.0.1:9/shop.git"
    got = server_side.run(order(target(box.path / "fresh", url), "1" * 40))
    assert got.result["state"] == "failed" and b"s3cret" not in got.data, got
    answer = server_side.query("resolve", target(box.path / "fresh", url))
    assert "s3cret" not in str(answer)


def test_a_repository_that_moved_to_a_new_url_is_fetched_from_the_configured_one(box, shop, server_side):
    """The clone's own remote points to where the repository was."""
    moved = box.path / "git/moved.git"
    shop.repo.bare.rename(moved)
    got = server_side.run(order(target(shop.path, f"file://{moved}"), shop.new))
    if got.result["state"] == "succeeded":
        assert shop.switched()
    else:
        assert str(moved) in got.result["reason"] and str(shop.repo.bare) in got.result["reason"], got
