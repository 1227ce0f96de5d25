"""git and svn that can be held: a wrapper in front on PATH, so that a test stops a step at a known point."""
import shutil

WORDS = ("fetch", "clone", "reset", "checkout", "update", "info", "status")
SCRIPT = """\
#!/bin/sh
# A command whose words hold the pattern waits while the file exists: `before` it is run, or `after`.
wait_while() {{
  while [ -e "{folder}/hold-$1-{name}-$2" ]; do : > "{folder}/held-$1-{name}-$2"; sleep 0.02; done
}}
wait_while before any
for word in "$@"; do case "$word" in {words}) wait_while before "$word" ;; esac; done
"{real}" "$@"
code=$?
for word in "$@"; do case "$word" in {words}) wait_while after "$word" ;; esac; done
exit $code
"""


class Hold:
    """Hold(box, "git"), then hold.on("reset"): `git reset` of everything started later waits."""

    def __init__(self, box, name, also=()):
        self.name, self.folder = name, box.path / "tools"
        self.folder.mkdir(exist_ok=True)
        script = self.folder / name
        script.write_text(SCRIPT.format(folder=self.folder, name=name, real=shutil.which(name), words="|".join([*WORDS, *also])))
        script.chmod(0o755)
        if not box.env["PATH"].startswith(str(self.folder)):
            box.env["PATH"] = f"{self.folder}:{box.env['PATH']}"

    def on(self, word="any", when="before"):
        (self.folder / f"hold-{when}-{self.name}-{word}").touch()

    def off(self, word="any", when="before"):
        (self.folder / f"hold-{when}-{self.name}-{word}").unlink()

    def reached(self, word="any", when="before"):
        return (self.folder / f"held-{when}-{self.name}-{word}").exists()
