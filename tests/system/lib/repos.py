"""Real repositories: git (file:// and git daemon) and svn (file:// and svnserve)."""
import os
import subprocess

from .service import Service


def run(box, *argv, cwd=None, env=None, text=True, check=True):
    """Runs a command to its end, as a person would; its stdout."""
    ran = subprocess.run([os.fspath(word) for word in argv], cwd=cwd or box.path, env={**box.env, **(env or {})},
                         stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    if check and ran.returncode:
        raise AssertionError(f"{argv} in {cwd}: exit code {ran.returncode}\n{(ran.stdout + ran.stderr).decode(errors='replace')}")
    return ran.stdout.decode("utf-8", "replace").strip() if text else ran.stdout


class GitRepo:
    """A bare repository, and its author's clone from which commits are pushed."""

    def __init__(self, box, name="origin", count=0):
        """`count`: so many commits are there already, else it is made."""
        self.box, self.name, self.count = box, name, count
        self.root = box.path / "git"
        self.bare, self.work = self.root / f"{name}.git", self.root / f"{name}-author"
        self._daemon = None
        if not count:
            run(box, "git", "init", "-q", "--template=", "--bare", self.bare)
            run(box, "git", "init", "-q", "--template=", self.work)
            self.git("remote", "add", "origin", self.bare)

    def git(self, *argv, **more):
        return run(self.box, "git", *argv, cwd=self.work, **more)

    @property
    def url(self):
        return f"file://{self.bare}"

    @property
    def daemon(self):
        """A git daemon that serves this repository; started at the first use."""
        if self._daemon is None:
            self._daemon = Service(self.box, ["git", "daemon", "--inetd", "--export-all", f"--base-path={self.root}", str(self.root)])
        return self._daemon

    @property
    def daemon_url(self):
        return f"git://127.0.0.1:{self.daemon.port}/{self.name}.git"

    def commit(self, files=None, message=None, branch="main", push=True, author=None, date=None):
        """Writes files ({name: text, bytes or None to delete}), commits, pushes; the revision."""
        self.count += 1
        self._switch(branch)
        for name, content in (files or {"app.txt": f"version {self.count}\n"}).items():
            self._write(name, content)
        self.git("add", "-A")
        env = {"GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date} if date else None
        self.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", message if message is not None else
                 f"change {self.count}", *(["--author", author] if author else []), env=env)
        if push:
            self.git("push", "-q", "origin", f"{branch}:{branch}")
        return self.head()

    def _switch(self, branch):
        if self.git("symbolic-ref", "--short", "HEAD") != branch:
            self.git("checkout", "-q", *([] if self.git("branch", "--list", branch) else ["-b"]), branch)

    def _write(self, name, content):
        path = os.fsencode(self.work) + b"/" + os.fsencode(name)
        if content is None:
            os.unlink(path)
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)

    def head(self, ref="HEAD"):
        return self.git("rev-parse", ref)

    def commits(self, count, **more):
        return [self.commit(**more) for _ in range(count)]

    def rewrite(self, back=1, branch="main"):
        """Throws `back` commits away, makes another one in their place, pushes it by force."""
        self._switch(branch)
        self.git("reset", "-q", "--hard", f"HEAD~{back}")
        revision = self.commit({"app.txt": f"rewritten {self.count}\n"}, "rewritten", branch, push=False)
        self.git("push", "-q", "--force", "origin", f"{branch}:{branch}")
        return revision

    def delete_branch(self, branch):
        self.git("push", "-q", "origin", "--delete", branch)

    def clone(self, path, *options, url=None, revision=None):
        """A working copy, made by a person."""
        run(self.box, "git", "clone", "-q", *options, url or self.url, path)
        copy = GitCopy(self.box, path)
        if revision:
            copy.git("reset", "-q", "--hard", revision)
        return copy


class GitCopy:
    def __init__(self, box, path):
        self.box, self.path = box, path

    def git(self, *argv, **more):
        return run(self.box, "git", *argv, cwd=self.path, **more)

    @property
    def revision(self):
        return self.git("rev-parse", "HEAD")

    @property
    def branch(self):
        """"" for a detached head."""
        return self.git("symbolic-ref", "-q", "--short", "HEAD", check=False)

    def read(self, name="app.txt"):
        return (self.path / name).read_text()

    def write(self, name, text):
        (self.path / name).write_text(text)


class SvnRepo:
    """A repository with /trunk; commits are made without a working copy."""

    def __init__(self, box, name="repo", count=0):
        """`count`: so many commits are there already, else it is made."""
        self.box, self.name, self.count = box, name, count
        self.root = box.path / "svn"
        self.path = self.root / name
        self._serve = None
        if not count:
            self._make(box)

    def _make(self, box):
        self.root.mkdir(exist_ok=True)
        run(box, "svnadmin", "create", self.path)
        hook = self.path / "hooks/pre-revprop-change"
        hook.write_text("#!/bin/sh\nexit 0\n")
        hook.chmod(0o755)
        self.mucc("-m", "layout", "mkdir", "trunk")

    @property
    def base(self):
        return f"file://{self.path}"

    @property
    def url(self):
        return f"{self.base}/trunk"

    @property
    def daemon(self):
        if self._serve is None:
            self._serve = Service(self.box, ["svnserve", "-i", "-r", str(self.root)])
        return self._serve

    @property
    def daemon_url(self):
        return f"svn://127.0.0.1:{self.daemon.port}/{self.name}/trunk"

    def mucc(self, *argv):
        run(self.box, "svnmucc", "-U", self.base, "--non-interactive", *argv)

    def commit(self, files=None, message=None, author="tester", date=None):
        """Puts files ({name: text or bytes}) below /trunk; the revision, a decimal number as text."""
        self.count += 1
        actions = []
        for number, (name, content) in enumerate((files or {"app.txt": f"version {self.count}\n"}).items()):
            file = self.box.path / f"svn-put-{self.name}-{number}"
            file.write_bytes(content.encode() if isinstance(content, str) else content)
            actions += ["put", file, f"trunk/{name}"]
        text = self.box.path / f"svn-message-{self.name}"
        text.write_text(message if message is not None else f"change {self.count}")
        self.mucc("-F", text, "-u", author, *actions)
        revision = self.youngest()
        if date:
            run(self.box, "svn", "propset", "-q", "--revprop", "-r", revision, "svn:date", date, self.base)
        return revision

    def commits(self, count, **more):
        return [self.commit(**more) for _ in range(count)]

    def youngest(self):
        return run(self.box, "svnlook", "youngest", self.path)

    def checkout(self, path, revision="HEAD", url=None):
        run(self.box, "svn", "checkout", "-q", "-r", revision, url or self.url, path)
        return SvnCopy(self.box, path)


class SvnCopy:
    def __init__(self, box, path):
        self.box, self.path = box, path

    def svn(self, *argv, **more):
        return run(self.box, "svn", "--non-interactive", *argv, cwd=self.path, **more)

    @property
    def revision(self):
        return self.svn("info", "--show-item", "revision")

    def read(self, name="app.txt"):
        return (self.path / name).read_text()

    def write(self, name, text):
        (self.path / name).write_text(text)
