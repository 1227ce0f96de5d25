"""Who the tests are to the server: the admin "tester", whose account and API token are in a database that each test
process makes once, with the command line, and that every data directory gets a copy of. So no test waits for a password
to be hashed."""
import atexit
import functools
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from .program import BIN

PASSWORD = "correct horse battery"


class Template(NamedTuple):
    database: Path
    token: str


def command(config, *words, stdin="", check=True, env=None):
    """slipway-server WORDS -c CONFIG: (exit code, standard output, standard error)."""
    ran = subprocess.run([str(BIN / "slipway-server"), *map(str, words), "-c", str(config)], input=stdin, text=True,
                         capture_output=True, timeout=60, env=env)
    assert not check or ran.returncode == 0, f"{words}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
    return ran.returncode, ran.stdout, ran.stderr


@functools.cache
def template():
    folder = Path(tempfile.mkdtemp(prefix="slipway-people-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    config = folder / "server.json"
    config.write_text(json.dumps({"data_dir": str(folder / "data"), "apps": []}))
    command(config, "user", "add", "tester", "--role", "admin", stdin=PASSWORD + "\n")
    token = command(config, "api-token", "create", "tests", "--user", "tester", "--role", "admin")[1].strip()
    return Template(folder / "data/slipway.db", token)


def let_in(data):
    """Puts the tester into a data directory that has no database yet."""
    if (data / "slipway.db").exists():
        return
    data.mkdir(parents=True, exist_ok=True)
    shutil.copy(template().database, data / "slipway.db")
