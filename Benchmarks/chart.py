"""chart.py [FILE] [--readme]: makes doc/bench.svg and the table "How fast" in README.md from a run of `scripts/bench --json FILE`.

FILE is Benchmarks/figures.json unless given. With --readme it prints the table and writes nothing.
"""

import html
import json
import pathlib
import sys

import machine
from report import number

ROOT = pathlib.Path(__file__).parents[1]
FIGURES = pathlib.Path(__file__).with_name("figures.json")
BEGIN, END = "<!-- Benchmarks/chart.py writes from here -->\n", "<!-- Benchmarks/chart.py writes to here -->"
OURS = "Bellpull"
PEERS = ["webhook", "PHP-FPM", "Flask", "shell CGI"]
#: A table's row: label, measure, figure, the subject that a ratio divides by, and the words of the bar.
ROWS = [
    ("CPU per signed push, × bare C", "intake", "CPU per request", "bare C", "CPU per signed push, × C"),
    ("99th percentile with 16 connections, ms", "intake", "p99", None, None),
    ("one push until deployed, × `git pull`", "deploy", "until deployed", "git pull --rebase",
     "one push until deployed, × git pull"),
    ("100 pushes at once, until deployed, × `git pull`", "burst", "until deployed", "git pull --rebase",
     "burst of 100: time, × git pull"),
    ("  of them answered 200", "burst", "answered 200", None, "burst of 100: answered 200"),
    ("  pulls", "burst", "fetches", None, "burst of 100: pulls"),
    ("a push of 24 MB, CPU, × `openssl dgst`", "large", "JSON", "openssl dgst", "24 MB as JSON, × openssl dgst"),
    ("private memory, idle, MB", "memory", "private, idle", None, "private memory, idle"),
    ("private memory, after the requests, MB", "memory", "private, after the requests", None, "private memory after"),
]
#: Further bars, which only Bellpull has: the beginning of the name, and how the table calls it.
ALONE = [
    ("24 MB as a form", "a push of 24 MB as a form, CPU, × `openssl dgst`"),
    ("p99 above", "99th percentile above the bare C responder's, ms"),
    ("durable answer", "an answer that is on the disk, above one `fdatasync`, ms"),
    ("durable per second", "answers that are on the disk per second, 64 connections, × 1 ÷ `fdatasync`"),
    ("an unchanged delivery with", "CPU per delivery with 10,000 sites, × one site"),
    ("a recorded delivery with", "CPU per delivery with 1,000,000 rows in the ledger, × none"),
    ("round trips", "round trips to the remote, more than `git fetch` of one ref"),
]
#: The chart's panels: title, row of the table, subjects.
PANELS = [
    ("Processor time per signed push", "× a bare C responder", ROWS[0], ["bare C", OURS, "PHP-FPM", "webhook", "Flask"]),
    ("100 pushes at once, until deployed", "× one git pull", ROWS[3], [OURS, "webhook", "PHP-FPM", "Flask", "shell CGI"]),
    ("A push of 24 MB, processor time", "× openssl dgst", ROWS[6], [OURS, "shell CGI", "Flask", "webhook"]),
]


class Run:
    """A run of scripts/bench."""

    def __init__(self, run):
        self.run = run
        self._medians = {(figure["measure"], figure["name"], figure["subject"]): figure["median"] for figure in run["figures"]}

    def value(self, row, subject):
        """Returns a median or a ratio of medians; nothing if it was not measured."""
        _, measure, name, base, _ = row
        value = self._medians.get((measure, name, subject))
        divisor = self._medians.get((measure, name, base)) if base else 1
        return None if value is None or not divisor else value / divisor

    def bar(self, beginning):
        return next((bar for bar in self.run["bars"] if beginning and bar["name"].startswith(beginning)), None)

    @property
    def conditions(self):
        load, versions = self.run["machine"]["load_before"], self.run["versions"]
        return (f"Measured on {self.run['date'][:10]} with `{self.run['command'].split(' --json')[0].strip()}`: "
                f"{machine.summary(self.run['machine'])}; {versions['git']}. "
                f"The load average before was {load:.1f}.")


def table(run):
    """Returns the table of the README in Markdown."""
    lines = [f"| | bar | {OURS} | " + " | ".join(PEERS) + " |", "|---|" + "---:|" * (len(PEERS) + 2)]
    for row in ROWS:
        bar = run.bar(row[4])
        cells = [_cell(run.value(row, subject)) for subject in (OURS, *PEERS)]
        lines.append(_line(row[0], bar, cells))
    for beginning, label in ALONE:
        if bar := run.bar(beginning):
            lines.append(_line(label, bar, [_cell(bar["measured"])] + [""] * len(PEERS)))
    return "\n".join([*lines, "", run.conditions, ""])


def _line(label, bar, cells):
    limit = f"{'≥' if bar['is_floor'] else '≤'} {number(bar['limit'])}" if bar else ""
    indent = "&nbsp;&nbsp;" if label.startswith(" ") else ""
    return f"| {indent}{label.strip()} | {limit} | {' | '.join(cells)} |"


def _cell(value):
    return "–" if value is None else number(value)


WIDTH, LABEL, BAR, LINE, GAP = 760, 110, 520, 24, 34
STYLE = """
  .ground { fill: #ffffff }
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .unit, .note { fill: #59636e }
  .bar { fill: #8c959f }
  .ours { fill: #0969da }
  .mine { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 }
    text { fill: #f0f6fc }
    .unit, .note { fill: #9198a1 }
    .bar { fill: #6e7681 }
    .ours { fill: #4493f8 }
  }
"""


def chart(run):
    """Returns the chart as SVG: one panel of bars per row. Less is better in all of them."""
    parts, top = [], 0
    for title, unit, row, subjects in PANELS:
        measured = [(subject, value) for subject in subjects if (value := run.value(row, subject)) is not None]
        if measured:
            drawn, top = _panel(title, unit, row, measured, run, top)
            parts += drawn
    lines = ["Less is better. " + machine.summary(run.run["machine"]),
             f"{run.run['date'][:10]}, scripts/bench; load average before: {run.run['machine']['load_before']:.1f}"]
    for index, line in enumerate(lines):
        parts.append(f'<text class="note" x="0" y="{top + 14 + 18 * index}">{html.escape(line)}</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -4 {WIDTH + 20} {top + 46}" width="{WIDTH + 20}" role="img" '
            f'aria-label="How fast Bellpull is, compared with others">\n<style>{STYLE}</style>\n'
            # A page may be dark on a machine that asks for light.
            f'<rect class="ground" x="-10" y="-4" width="{WIDTH + 20}" height="{top + 46}"/>\n' + "\n".join(parts) + "\n</svg>\n")


def _panel(title, unit, row, measured, run, top):
    parts = [f'<text x="0" y="{top + 14}"><tspan class="title">{title}</tspan><tspan class="unit" dx="8">{unit}</tspan></text>']
    most = max(value for _, value in measured)
    for index, (subject, value) in enumerate(measured):
        y = top + 24 + index * LINE
        width = max(2, round(BAR * value / most))
        mine, ours = (' class="mine"', "ours") if subject == OURS else ("", "bar")
        parts += [f'<text{mine} x="{LABEL - 8}" y="{y + 14}" text-anchor="end">{subject}</text>',
                  f'<rect class="{ours}" x="{LABEL}" y="{y + 2}" width="{width}" height="{LINE - 8}" rx="2"/>',
                  f'<text{mine} x="{LABEL + width + 6}" y="{y + 14}">{number(value)}{_remark(run, row, subject)}</text>']
    return parts, top + 24 + len(measured) * LINE + GAP - 10


def _remark(run, row, subject):
    """Returns how many of the burst got the answer 200, if not all did."""
    if row[1] != "burst":
        return ""
    good = run.value(ROWS[4], subject)
    return "" if good is None or good >= 100 else f" · {100 - good:.0f} of 100 failed"


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--readme"]
    run = Run(json.loads(pathlib.Path(arguments[0] if arguments else FIGURES).read_text()))
    if "--readme" in sys.argv[1:]:
        print(table(run), end="")
        return
    (ROOT / "doc/bench.svg").write_text(chart(run))
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text().partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        sys.exit("chart.py: error: README.md has no place for the table")
    readme.write_text(before + BEGIN + table(run) + END + after)


if __name__ == "__main__":
    main()
