"""agent.json of a test's agent, and commits with signatures."""
import json
import re
import subprocess

from .agent import Agent


def write(box, rules, name="agent.json"):
    """`rules`: a dict, or the text of the file."""
    file = box.path / name
    file.write_text(rules if isinstance(rules, str) else json.dumps(rules))
    file.chmod(0o600)
    return file


def guarded(box, rules, **more):
    """An agent with this policy, listening."""
    return Agent(box, policy=write(box, rules), **more).start()


def rejection(state):
    """The rule and the sentence of an order_state, a result or an error that a policy wrote."""
    reason = state.body.get("reason") or state.body.get("message")
    assert state.body.get("state", "rejected") == "rejected", state
    rule = re.match(r'rejected by policy rule "(\w+)" \(agent\.json\): .', reason)
    assert rule, reason
    return rule[1], reason


def commit_signed(repo, files, env=None):
    """With the key that the repository's configuration names; pushed; the revision."""
    for name, content in files.items():
        (repo.work / name).write_text(content)
    repo.git("add", "-A")
    repo.git("commit", "-q", "-S", "-m", "signed", env=env)
    repo.git("push", "-q", "origin", "main:main")
    return repo.head()


class SshKey:
    def __init__(self, box, name):
        self.file = box.path / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", self.file], check=True)

    @property
    def public(self):
        return self.file.with_suffix(".pub").read_text()

    def allowed_signers(self, file):
        file.write_text(f"tester@example.org {self.public}")
        file.chmod(0o600)
        return file

    def sign(self, repo, files):
        """A commit with this key's signature, pushed; its revision."""
        repo.git("config", "gpg.format", "ssh")
        repo.git("config", "user.signingkey", self.file)
        return commit_signed(repo, files)


class GpgKey:
    def __init__(self, box, name):
        self.home = box.path / f"gnupg-{name}"
        self.home.mkdir(0o700)
        self.gpg("--quick-generate-key", "--passphrase", "", f"{name} <{name}@example.org>", "default", "default", "never")
        box.on_close(lambda: subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=False, capture_output=True))

    def gpg(self, *argv):
        return subprocess.run(["gpg", "--homedir", self.home, "--batch", "--quiet", "--pinentry-mode", "loopback", *argv],
                              check=True, capture_output=True).stdout

    def keyring(self, file):
        file.write_bytes(self.gpg("--export"))
        file.chmod(0o600)
        return file

    def sign(self, repo, files):
        repo.git("config", "gpg.format", "openpgp")
        repo.git("config", "user.signingkey", re.search(r"fpr:+(\w+):", self.gpg("--list-keys", "--with-colons").decode())[1])
        return commit_signed(repo, files, {"GNUPGHOME": str(self.home)})
