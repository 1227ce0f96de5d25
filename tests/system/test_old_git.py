"""Git 2.11 is enough on a node: whatever the agent asks of git, that version's manual knows."""
import shutil
import subprocess
from pathlib import Path

import pytest

from lib.agent import Agent
from lib.orders import order
from lib.repos import GitRepo
from lib.sites import git_site
from lib.www import Www, succeed


@pytest.fixture
def side(box, link_to):
    """An agent whose git is old."""
    text = (Path(__file__).parent / "lib/old_git.sh").read_text()
    program = box.path / "old/git"
    program.parent.mkdir()
    program.write_text(text.replace("REAL_GIT", shutil.which("git")).replace("REFUSED", str(box.path / "refused")))
    program.chmod(0o755)
    own_path = box.env["PATH"]
    box.env["PATH"] = f"{program.parent}:{own_path}"
    agent = Agent(box).start()
    box.env["PATH"] = own_path
    yield link_to(agent)
    assert not (box.path / "refused").exists(), (box.path / "refused").read_text()


def test_the_stand_in_refuses_what_is_newer(box, side):
    ran = subprocess.run([box.path / "old/git", "fetch", "--porcelain"], env=box.env, cwd=box.path, capture_output=True, text=True)
    assert ran.returncode == 129 and "--porcelain" in ran.stderr
    (box.path / "refused").unlink()


@pytest.mark.parametrize("local_changes", ["keep", "refuse", "discard"])
def test_it_updates_and_rolls_back(box, side, local_changes):
    site = git_site(box)
    (site.path / "README").write_text("edited\n")
    got = side.run(site.order(local_changes=local_changes))
    assert got.result["state"] == ("failed" if local_changes == "refuse" else "succeeded"), got
    side.run(site.order(site.old, action="rollback", local_changes=local_changes))
    assert site.copy.revision == site.old


def test_it_clones_and_answers_questions(box, side):
    site = git_site(box)
    one = {**site.target(), "path": str(box.path / "www/fresh")}
    assert side.run(order(one, site.new)).result["state"] == "succeeded"
    assert side.query("resolve", one)["revision"] == site.new
    assert side.query("status", one)["revision"] == site.new
    assert [commit["revision"] for commit in side.query("log", one, limit=5)["commits"]] == [site.new, site.old]


def test_it_follows_submodules_and_unshallows(box, side):
    library = GitRepo(box, "library")
    library.commit({"lib.txt": "library 1\n"})
    site = git_site(box, daemon=True)
    site.repo.git("submodule", "--quiet", "add", library.daemon_url, "library")
    revision = site.repo.commit({"app.txt": "with a library\n"})
    assert side.run(site.order(revision)).result["state"] == "succeeded"
    assert (site.path / "library/lib.txt").read_text() == "library 1\n"
    shutil.rmtree(site.path)
    site.repo.clone(site.path, "--depth=1", url=site.repo.daemon_url)
    assert side.run(site.order(site.old, action="rollback")).result["state"] == "succeeded"


def test_it_makes_releases(box, side):
    www = Www(git_site(box))
    succeed(side, www.order(www.site.old))
    succeed(side, www.order())
    assert www.read() == "version 2\n"
