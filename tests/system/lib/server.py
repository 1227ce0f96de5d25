"""slipway-server under test."""
import json
import socket
from pathlib import Path

from . import identity
from .api import Api
from .people import let_in, template
from .program import BIN, Program


def git_app(name, url, nodes, **more):
    return {"name": name, "type": "git", "url": str(url), "branch": "main", "node": nodes, **more}


def svn_app(name, url, nodes, **more):
    return {"name": name, "type": "svn", "url": str(url), "node": nodes, **more}


def node(alias, at, path, **more):
    """`at`: an Agent, AgentSide or Gate (has .addr), or an address as text."""
    plaintext = {"plaintext": True} if getattr(at, "plaintext", False) else {}
    return {"alias": alias, "addr": getattr(at, "addr", at), "path": str(path), **plaintext, **more}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


class Server(Program):
    CHECK_LEAKS = True
    known = True  # the tests have an account; False: it starts as on a new host

    def __init__(self, box, apps, name="server", **settings):
        super().__init__(box, name)
        self.config_file = box.path / f"{name}.json"
        self.data = box.path / f"{name}-data"
        self.config = {"data_dir": str(self.data), "apps": apps, **settings}
        self.key = identity.of_servers()

    def argv(self):
        if self.known:
            let_in(Path(self.config.get("data_dir", self.box.path / "slipway-data")))
        return [BIN / "slipway-server", "-c", self.config_file]

    def start(self):
        """Answers when this returns: on the port of the run before, if there was one."""
        self.key.copy_to(self.data)
        tries = 1 if self.port else 3  # a port that was free a moment ago may be taken by another test's connection
        for left in reversed(range(tries)):
            self.write_config(self.port or free_port())
            self.spawn(self.argv())
            try:
                self.port = int(self.wait_log(r"page and API on http://127\.0\.0\.1:(\d+)/")[1])
                return self
            except AssertionError:
                if not left or "uses this port" not in self.log():
                    raise

    @property
    def agents_address(self):
        """Where agents dial, with "listen_agents" in the settings."""
        return ("127.0.0.1", int(self.wait_log(r"agents may dial 127\.0\.0\.1:(\d+)")[1]))

    def write_config(self, port):
        self.config["listen_http"] = f"127.0.0.1:{port}"
        self.config_file.write_text(json.dumps(self.config, indent=2, ensure_ascii=False))

    @property
    def api(self):
        return Api(self.address, template().token)

    @property
    def nobody(self):
        """Without credentials."""
        return Api(self.address)
