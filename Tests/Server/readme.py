"""The commands and files that README.md and INSTALL.md show."""

import pathlib
import re

README = pathlib.Path(__file__).parents[2] / "README.md"
INSTALL = README.parent / "INSTALL.md"


def steps():
    """Returns the title and the commands of each step of an installation by hand, for a private repository, in order. The step
    about the commands of sites is left out."""
    section = INSTALL.read_text().split("## Step by step")[1].split("**6.")[0]
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


def package_steps():
    """Returns the title and the commands of each step with the package, in order."""
    section = README.read_text().split("## Your first deployment")[1].split("\n## ")[0]
    parts = re.split(r"^\*\*(\d\. .+?)\*\*", section, flags=re.MULTILINE)
    for title, text in zip(parts[1::2], parts[2::2]):
        yield title, "".join(re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL))


def blocks(title, kind):
    """Returns the code blocks of this kind, such as sh, in the section `## …` or the paragraphs after `**…**`."""
    found, block, is_inside = [], None, False
    for line in (README.read_text() + INSTALL.read_text()).splitlines():
        if line.startswith("```"):
            if block is None:
                block = (line[3:], [])
            else:
                if is_inside and block[0] == kind:
                    found.append("\n".join(block[1]) + "\n")
                block = None
        elif block is not None:
            block[1].append(line)
        elif line.startswith(title):
            is_inside = True
        elif line.startswith("#") or (title.startswith("**") and line.startswith("**")):
            is_inside = False
    assert found, f"README.md and INSTALL.md have no {kind} below {title}"
    return found
