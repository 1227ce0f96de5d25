""" "run_as": an order's git, hooks and files belong to another user of the host."""
import os
import pwd
import shutil
import tempfile
from pathlib import Path

import pytest

from lib import orders
from lib.policy import guarded, rejection, write
from lib.program import run_to_end
from lib.repos import GitRepo

USER = "nobody"


@pytest.fixture
def nobody():
    assert os.geteuid() == 0, "these tests become another user, which only root can: run them as root"
    return pwd.getpwnam(USER)


@pytest.fixture
def public(box, nobody):
    """A folder that every user can reach; tmp_path is root's alone."""
    path = Path(tempfile.mkdtemp(prefix="slipway-public-"))
    path.chmod(0o755)
    box.env["TMPDIR"] = "/tmp"
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def repo(box, public):
    repo = GitRepo(box, "shop")
    repo.commit({"app.txt": "version 1\n"})
    repo.commit({"app.txt": "version 2\n"})
    return repo


@pytest.fixture
def owned(public, nobody):
    """A folder of the user's."""
    path = public / "srv"
    path.mkdir()
    os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return path


@pytest.fixture
def side(box, public, link_to):
    agent = guarded(box, {"run_as": USER, "environment": {"set": {"STAGE": "live"}}}, data=public / "agent-data")
    side = link_to(agent)
    side.agent = agent
    return side


def url_of(repo):
    return repo.daemon_url  # the files of a test are root's


def owners(path):
    return {os.lstat(Path(folder) / name).st_uid for folder, folders, files in os.walk(path) for name in [*folders, *files]}


@pytest.mark.parametrize("layout", [{}, {"releases": orders.releases(shared=["uploads"])}])
def test_everything_an_order_makes_belongs_to_the_user(repo, owned, side, nobody, layout):
    target = orders.target(owned / "shop", url_of(repo), **layout)
    for revision in (repo.head("HEAD~1"), repo.head()):
        got = side.run(orders.order(target, revision, after=["touch made; id -u; id -G"]))
        assert got.result["state"] == "succeeded", got
        assert got.text("after_deploy", "stdout").splitlines()[0] == str(nobody.pw_uid)
    assert owners(owned) == {nobody.pw_uid}
    assert side.query("status", target)["revision"] == repo.head()
    assert [commit["revision"] for commit in side.query("log", target)["commits"]] == [repo.head(), repo.head("HEAD~1")]
    assert side.query("resolve", target)["revision"] == repo.head()
    assert owners(owned) == {nobody.pw_uid}, "questions leave no files of root"


def test_a_hook_is_the_user_and_cannot_be_root_again(box, repo, owned, side, nobody):
    tell = "id -u; id -ru; grep -E '^(Uid|Gid|CapEff|CapPrm):' /proc/self/status; env"
    again = "python3 -c 'import os; os.setuid(0)' 2>&1 | tail -1; cat " + str(box.path / "home/.gitconfig") + " 2>&1"
    got = side.run(orders.order(orders.target(owned / "shop", url_of(repo)), repo.head(), after=[tell, again]))
    lines = got.text("after_deploy", "stdout").splitlines()
    assert f"Uid:\t{nobody.pw_uid}\t{nobody.pw_uid}\t{nobody.pw_uid}\t{nobody.pw_uid}" in lines
    assert f"Gid:\t{nobody.pw_gid}\t{nobody.pw_gid}\t{nobody.pw_gid}\t{nobody.pw_gid}" in lines
    assert "CapEff:\t0000000000000000" in lines and "CapPrm:\t0000000000000000" in lines
    for expected in (f"HOME={nobody.pw_dir}", f"USER={USER}", f"LOGNAME={USER}", "STAGE=live"):
        assert expected in lines
    assert "PermissionError" in got.text("after_deploy", "stdout") and "Permission denied" in got.text("after_deploy", "stdout")


def test_the_data_directory_stays_the_agents_own(repo, owned, side, nobody, public):
    data = public / "agent-data"
    peek = f"ls {data} 2>&1; ls {data}/orders 2>&1; cat {data}/orders/$SLIPWAY_ORDER/order.json 2>&1; touch {data}/orders/x 2>&1; true"
    got = side.run(orders.order(orders.target(owned / "shop", url_of(repo)), repo.head(), after=[peek]))
    assert got.text("after_deploy", "stdout").count("Permission denied") == 4
    assert {os.stat(data / name).st_uid for name in ("orders", "locks", "patches", "users", "instance")} == {0}
    assert os.stat(data / "users" / USER).st_uid == nobody.pw_uid


def test_the_user_cannot_be_led_to_what_is_not_his(box, repo, public, side, owned):
    secret = public / "root-only"
    secret.mkdir(0o700)
    (owned / "shop").symlink_to(secret)
    result = side.run(orders.order(orders.target(owned / "shop", url_of(repo)), repo.head())).result
    assert result["state"] == "failed" and not list(secret.iterdir())


def test_git_trusts_the_configured_path_alone(box, repo, owned, side, public):
    """A working copy that root made, and another one beside it."""
    for name in ("shop", "other"):
        repo.clone(owned / name, url=url_of(repo), revision=repo.head("HEAD~1"))
    try_other = f"git -C {owned}/other status 2>&1; true"
    target = orders.target(owned / "shop", url_of(repo))
    got = side.run(orders.order(target, repo.head("HEAD~1"), before=[try_other]))
    assert got.result["state"] == "succeeded", got
    assert "dubious ownership" in got.text("before_deploy", "stdout")
    assert side.query("status", target)["revision"] == repo.head("HEAD~1")


def test_an_order_of_a_user_can_wait_be_let_on_and_be_cancelled(repo, owned, side):
    target = orders.target(owned / "shop", url_of(repo))
    order = orders.order(target, repo.head(), hold_ms=30_000)
    side.order(order)
    side.follow(order["id"])
    side.finished(order["id"], "fetch")
    side.proceed(order["id"])
    assert side.result(order["id"]).result["state"] == "succeeded"
    order = orders.order(target, repo.head("HEAD~1"), after=["sleep 60"])
    side.order(order)
    side.follow(order["id"])
    side.step(order["id"], "after_deploy")
    side.cancel(order["id"], "a person wants it")
    result = side.result(order["id"]).result
    assert (result["state"], result["reason"]) == ("cancelled", "a person wants it")


def test_an_order_whose_runner_was_killed_is_looked_at_as_the_user(repo, owned, side):
    target = orders.target(owned / "shop", url_of(repo))
    assert side.run(orders.order(target, repo.head("HEAD~1"))).result["state"] == "succeeded"
    order = orders.order(target, repo.head(), before=["sleep 60"])
    side.order(order)
    side.follow(order["id"])
    side.step(order["id"], "before_deploy")
    for runner in side.agent.runners():
        os.kill(runner, 9)
    result = side.result(order["id"]).result
    assert (result["state"], result["revision_after"]) == ("interrupted", repo.head("HEAD~1"))


def test_saved_changes_are_kept_in_the_users_folder(repo, owned, side, public, nobody):
    target = orders.target(owned / "shop", url_of(repo), local_changes="discard")
    side.run(orders.order(target, repo.head("HEAD~1"), after=["echo edited > app.txt"]))
    assert side.run(orders.order(target, repo.head())).result["state"] == "succeeded"
    patches = list((public / "agent-data/users" / USER / "patches").iterdir())
    assert patches and {os.stat(patch).st_uid for patch in patches} == {nobody.pw_uid}


def test_signatures_are_looked_at_as_the_user_also_with_files_that_only_root_can_read(box, public, repo, owned, link_to):
    from lib.policy import SshKey
    signer = SshKey(box, "signer")
    signed = signer.sign(repo, {"app.txt": "signed\n"})
    signers = signer.allowed_signers(box.path / "signers")
    side = link_to(guarded(box, {"run_as": USER, "require_signed_commits": {"allowed_signers": str(signers)}}, data=public / "d"))
    target = orders.target(owned / "shop", url_of(repo))
    assert rejection(side.run(orders.order(target, repo.head("HEAD~1"))).result)[0] == "require_signed_commits"
    assert side.run(orders.order(target, signed)).result["state"] == "succeeded"


def test_another_user_needs_an_agent_that_runs_as_root(box, public, nobody):
    """The agent itself as nobody: it cannot become anybody else."""
    policy = public / "agent.json"
    shutil.copy(write(box, {"run_as": "root"}), policy)
    policy.chmod(0o644)
    code, told = run_to_end(box, "slipway-agent", "check", "--policy", policy, user=USER)
    assert code == 2 and "\"run_as\": another user needs an agent that runs as root" in told, told
