"""Checks the pages for accessibility with axe-core in headless Chromium, light and dark, wide and on a phone.

Usage: python3 -B Tests/Accessibility AXE_MIN_JS [ADDRESS]

AXE_MIN_JS is axe.min.js of axe-core. ADDRESS is where nginx serves the pages; by default where `scripts/run` does. Needs Debian's
chromium. Prints what axe-core finds, and exits with 1 if that is anything.
"""

import html
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

SCREENS = {"wide": (1280, 900), "phone": (390, 844)}
DARK = "(prefers-color-scheme: dark)"
#: Puts what axe-core finds into the title of the page.
RUN = """axe.run({resultTypes: ['violations', 'incomplete']}).then(result => {
    const told = (list) => list.map(rule => ({id: rule.id, help: rule.help, nodes: rule.nodes.map(node => node.html)}));
    document.title = 'AXE' + JSON.stringify({found: told(result.violations), unsure: told(result.incomplete),
        passed: result.passes.length, dark: getComputedStyle(document.body).backgroundColor});
});"""


def read(address):
    try:
        return urllib.request.urlopen(address, timeout=20).read().decode()
    except urllib.error.HTTPError as error:
        # The page about a page that does not exist is a page, too.
        return error.read().decode()


def checked(address, axe, dark, size):
    """Returns what axe-core finds on the page at `address`."""
    text = read(address)
    style = re.search(r'<link rel="stylesheet" href="([^"]+)">', text)
    sheet = read(urllib.parse.urljoin(address, style[1]))
    assert DARK in sheet
    sheet = sheet.replace(DARK, "all" if dark else "not all")
    text = text.replace(style[0], f"<style>{sheet}</style>")
    text = re.sub(r"<script[^>]*></script>", "", text)
    text = text.replace("</body>", f"<script>{axe}</script><script>{RUN}</script></body>")
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / "page.html"
        page.write_text(text)
        command = ["chromium", "--headless", "--disable-gpu", f"--user-data-dir={folder}/profile", "--dump-dom",
                   f"--window-size={size[0]},{size[1]}", "--virtual-time-budget=20000", page.as_uri()]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")
        dump = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    found = re.search(r"<title>AXE(.*?)</title>", dump, flags=re.DOTALL)
    return json.loads(html.unescape(found[1]))


def pages(address):
    """The addresses of one page of each kind."""
    yield from (address, address + "history")
    kinds = {}
    for start in (address, address + "history"):
        for link in re.findall(r'href="([^"]+)"', read(start)):
            kind = re.search(r"(site|deployment)/[^/?#]+$", link)
            if kind:
                kinds.setdefault(kind[1], urllib.parse.urljoin(start, link))
    assert len(kinds) == 2, kinds
    yield from kinds.values()


def main():
    axe = pathlib.Path(sys.argv[1]).read_text().replace("</script", "<\\/script")
    address = sys.argv[2] if len(sys.argv) > 2 else "http://127.0.0.1:8080/bellpull/"
    count = 0
    for page in pages(address):
        for dark in (False, True):
            for screen, size in SCREENS.items():
                result = checked(page, axe, dark, size)
                print(f"{page}, {'dark' if dark else 'light'}, {screen}: {result['passed']} rules pass")
                for kind in ("found", "unsure"):
                    for rule in result[kind]:
                        print(f"  {kind}: {rule['id']}: {rule['help']}")
                        for node in rule["nodes"][:5]:
                            print(f"    {node[:200]}")
                count += len(result["found"])
    sys.exit(1 if count else 0)


main()
