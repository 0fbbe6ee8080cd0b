"""Installs Bellpull as the README says, command by command."""

import pathlib
import time

import forge
import readme

SOURCE = pathlib.Path(__file__).parents[2]


def install(machine, program):
    """Follows the README's steps in `machine`, and prints them with their times. Returns the forge."""
    github = forge.Forge(machine)
    github.set_up()
    machine.put(program, "/root/bellpull/bellpull")
    for folder in ["man", "nginx", "systemd"]:
        machine.put(SOURCE / folder, f"/root/bellpull/{folder}")
    begin = time.monotonic()
    for title, commands in readme.steps():
        print(f"\n  {title}")
        for command in statements(commands):
            start = time.monotonic()
            # The program was built elsewhere, as the README allows.
            command = command.replace("$(scripts/build)", "bellpull")
            output = machine.must(f"cd /root/bellpull\n{command}")
            print(f"    {time.monotonic() - start:5.1f} s  {command.splitlines()[0]}")
            if command.startswith("cat /var/lib/bellpull/.ssh"):
                machine.must(forge.ADD_KEY)
            if command.startswith("bellpull check"):
                print("".join(f"             {line}\n" for line in output.splitlines()), end="")
    answer = github.deliver("ping", {"zen": "x", "hook_id": 1, "repository": {"full_name": "alice/blog"}})
    assert "Bellpull-Outcome: ping" in answer, answer
    answer = github.announce(*github.push("two"))
    assert "Bellpull-Outcome: deployed" in answer, answer
    page = machine.must("curl -sS -H 'Host: YOUR.SITE' http://127.0.0.1/")
    assert page == "two\n", page
    print(f"    {time.monotonic() - begin:5.1f} s  in all, until a push was live")
    return github


def statements(text):
    """Splits commands as a person pastes them: by lines, with here-documents whole."""
    lines = iter(text.splitlines())
    for line in lines:
        if not line.strip():
            continue
        statement = line
        if "<<'END'" in line:
            while not statement.endswith("\nEND"):
                statement += "\n" + next(lines)
        yield statement
