"""slipway-agent under test."""
import signal

from . import identity, processes
from .program import BIN, Program


class Agent(Program):
    def __init__(self, box, name="agent", data=None, policy=None, plaintext=False, key=None, trust=None,
                 dials=None):
        """`key`: the agent's own, `trust`: fingerprints of servers; those that all tests share otherwise.
        `dials`: words of the command line, such as ["--connect", "127.0.0.1:8083"], in the place of listening."""
        super().__init__(box, name)
        self.data = data or box.path / f"{name}-data"
        self.policy = policy  # a file (lib.policy)
        self.plaintext, self.key, self.trust, self.dials = plaintext, key, trust, dials

    def argv(self):
        trusted = [self.trust] if isinstance(self.trust, str) else self.trust or [identity.of_servers().fingerprint]
        who = ["--plaintext"] if self.plaintext else [word for one in trusted for word in ("--trust", one)]
        how = self.dials or ["-l", f"127.0.0.1:{self.port}"]
        policy = ["--policy", self.policy] if self.policy else []
        return [BIN / "slipway-agent", *how, "--data", self.data, *who, *policy]

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def spawn(self, argv, wrapper=()):
        if not self.plaintext:
            (self.key or identity.of_agents()).copy_to(self.data)
        super().spawn(argv, wrapper)

    def start(self, wrapper=()):
        """Listens when this returns: on the port of the run before, if there was one."""
        self.spawn(self.argv(), wrapper)
        if self.dials:
            self.wait_said("this agent's key is")
            return self
        self.port = int(self.wait_log(r"listening on 127\.0\.0\.1:(\d+)")[1])
        return self

    @property
    def addr(self):
        """As server.json wants it."""
        return f"127.0.0.1:{self.port}"

    def runners(self):
        return processes.runners(self.data)

    def order_dir(self, order):
        return self.data / "orders" / order
