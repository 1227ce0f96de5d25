"""Targets and orders, as plain values."""
from .wire import make_id


def target(path, url="", vcs="git", branch="main", local_changes="keep", **more):
    return {"vcs": vcs, "url": str(url), "branch": branch if vcs == "git" else "", "path": str(path),
            "local_changes": local_changes, **more}


def releases(shared=(), keep_releases=5, keep_bytes=0, keep_failed=False):
    """The `releases` of a target."""
    return {"shared": list(shared), "keep_releases": keep_releases, "keep_bytes": keep_bytes, "keep_failed": keep_failed}


def order(to, revision, before=(), after=(), action="update", timeout_ms=60_000, **more):
    """`to`: a target."""
    return {"id": make_id(), "deployment": "7", "app": "shop", "node": "api-1", "action": action, "revision": str(revision),
            "target": to, "before_deploy": list(before), "after_deploy": list(after), "hook_timeout_ms": timeout_ms, **more}
