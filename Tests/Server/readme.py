"""The commands of the README's "Your first deployment"."""

import pathlib
import re

README = pathlib.Path(__file__).parents[2] / "README.md"


def steps():
    """Returns the title and the commands of each step, for a private repository, in order."""
    section = README.read_text().split("## Your first deployment")[1].split("\n## ")[0]
    parts = re.split(r"^\*\*(\d\. .+?)\*\*", section, flags=re.MULTILINE)
    for title, text in zip(parts[1::2], parts[2::2]):
        blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
        commands = "".join(blocks)
        if len(blocks) == 2:
            # The second block replaces the clone of a public repository.
            public = [line for line in blocks[0].splitlines() if "git clone https://" in line]
            assert len(public) == 1, public
            commands = commands.replace(public[0] + "\n", "")
        yield title, commands
