"""git: what may stand at the path, and what it may be called."""
import os

import pytest

from lib.orders import order, target
from lib.repos import GitCopy
from lib.sites import git_site


@pytest.fixture
def www(box):
    (box.path / "www").mkdir(exist_ok=True)
    return box.path / "www"


def cloned(box, server_side, path, repo_site):
    got = server_side.run(order(target(path, repo_site.url), repo_site.old, after=["cat app.txt"]))
    assert got.result["state"] == "succeeded", got
    copy = GitCopy(box, path)
    assert (copy.revision, copy.branch, copy.read()) == (repo_site.old, "main", "version 1\n")
    assert copy.git("status", "--porcelain") == ""
    return copy


@pytest.mark.parametrize("name", ["fresh", "deep/er/fresh", "with a space", "商店 前端 (1)", "quo'te\"s", "-dash", "semi;colon$HOME"])
def test_a_missing_path_is_cloned(box, shop, www, server_side, name):
    copy = cloned(box, server_side, www / name, shop)
    copy.git("pull", "-q", "--ff-only")
    assert copy.revision == shop.new


def test_an_empty_directory_is_cloned_into(box, shop, www, server_side):
    (www / "empty").mkdir()
    cloned(box, server_side, www / "empty", shop)


def test_an_empty_directory_inside_of_another_working_copy_is_cloned_into(box, shop, server_side):
    (shop.path / "sub").mkdir()
    cloned(box, server_side, shop.path / "sub", shop)
    assert shop.unchanged()


def test_a_link_to_a_working_copy_is_followed(box, shop, www, server_side):
    (www / "current").symlink_to(shop.path)
    got = server_side.run(order(target(www / "current", shop.url), shop.new))
    assert got.result["state"] == "succeeded" and shop.switched(), got
    assert (www / "current").is_symlink()


def other_thing(path, kind):
    if kind == "a file":
        path.write_text("precious\n")
    else:
        path.mkdir()
        (path / "precious").write_text("precious\n")


@pytest.mark.parametrize("kind", ["a file", "a directory with files"])
def test_another_thing_at_the_path_is_refused_and_left_alone(shop, www, server_side, kind):
    other_thing(www / "thing", kind)
    got = server_side.run(order(target(www / "thing", shop.url), shop.new, before=[f"touch {shop.file('hook')}"]))
    assert (got.result["state"], got.result["step"]) == ("failed", "check"), got
    assert str(www / "thing") in got.result["reason"]
    assert not shop.file("hook").exists()
    assert (www / "thing").read_text() == "precious\n" if kind == "a file" else os.listdir(www / "thing") == ["precious"]


def test_a_directory_inside_of_a_working_copy_is_refused_and_the_outer_one_left_alone(shop, server_side):
    (shop.path / "sub").mkdir()
    (shop.path / "sub/file").write_text("precious\n")
    got = server_side.run(order(target(shop.path / "sub", shop.url), shop.new))
    assert got.result["state"] == "failed" and shop.unchanged(), got


def test_a_path_that_cannot_be_made_fails_with_a_sentence(shop, server_side):
    got = server_side.run(order(target("/proc/slipway/shop", shop.url), shop.new))
    assert got.result["state"] == "failed" and "/proc/slipway" in got.result["reason"] + got.text(), got


def test_a_clone_that_fails_leaves_nothing_behind_that_stops_the_next_one(box, www, server_side):
    site = git_site(box, daemon=True)
    site.repo.daemon.held = True
    one = order(target(www / "fresh", site.url), site.new)
    server_side.order(one)
    server_side.follow(one["id"])
    server_side.step(one["id"], "fetch")
    server_side.cancel(one["id"])
    assert server_side.result(one["id"], 15).result["state"] == "cancelled"
    site.repo.daemon.release()
    got = server_side.run(order(target(www / "fresh", site.url), site.new))
    assert got.result["state"] == "succeeded", got


def test_a_clone_of_a_missing_revision_fails_with_a_sentence(shop, www, server_side):
    got = server_side.run(order(target(www / "fresh", shop.url), "f" * 40))
    assert got.result["state"] == "failed" and "fffffff" in got.result["reason"], got


def test_no_url_for_a_missing_path_fails_with_a_sentence(shop, www, server_side):
    got = server_side.run(order(target(www / "fresh", ""), shop.new))
    assert got.result["state"] == "failed" and "url" in got.result["reason"].lower(), got


def test_no_url_for_a_working_copy_uses_its_own(shop, server_side):
    got = server_side.run(order(target(shop.path, ""), shop.new))
    assert got.result["state"] == "succeeded" and shop.switched(), got


def test_no_branch_uses_the_one_checked_out(shop, server_side):
    got = server_side.run(order(shop.target(branch=""), shop.new))
    assert got.result["state"] == "succeeded" and shop.switched(), got
    assert shop.copy.branch == "main"


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to give files away")
def test_a_working_copy_of_another_user_works_or_is_told(shop, server_side):
    for root, folders, files in os.walk(shop.path):
        for name in [root, *(os.path.join(root, one) for one in folders + files)]:
            os.chown(name, 65534, 65534, follow_symlinks=False)
    got = server_side.run(shop.order())
    if got.result["state"] != "succeeded":
        assert "safe.directory" in got.result["reason"] + got.text() or "owner" in got.result["reason"], got
        assert (shop.path / "app.txt").read_text() == "version 1\n"
    else:
        assert (shop.path / "app.txt").read_text() == "version 2\n"
