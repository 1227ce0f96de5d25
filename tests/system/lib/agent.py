"""slipway-agent under test."""
import signal

from . import processes
from .program import BIN, Program


class Agent(Program):
    def __init__(self, box, name="agent", data=None, policy=None):
        super().__init__(box, name)
        self.data = data or box.path / f"{name}-data"
        self.policy = policy  # a file (lib.policy)

    def argv(self):
        policy = ["--policy", self.policy] if self.policy else []
        return [BIN / "slipway-agent", "-l", f"127.0.0.1:{self.port}", "--data", self.data, *policy]

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def start(self, wrapper=()):
        """Listens when this returns: on the port of the run before, if there was one."""
        self.spawn(self.argv(), wrapper)
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
