"""What a run has measured: figures with all their rounds, the bars that some must keep, and notes."""

import dataclasses
import math
import statistics
import sys
import time


@dataclasses.dataclass
class Figure:
    """The values of one subject, such as the milliseconds of each push. A ratio compares medians."""

    measure: str
    name: str
    unit: str
    subject: str
    values: list[float]
    #: The subject that this one is compared with.
    base: str | None = None

    @property
    def median(self):
        return statistics.median(self.values)


@dataclasses.dataclass
class Bar:
    """The most that Bellpull may need, or with `is_floor` the least that it must do."""

    measure: str
    name: str
    limit: float
    measured: float
    unit: str = ""
    is_floor: bool = False

    @property
    def is_kept(self):
        return self.measured >= self.limit if self.is_floor else self.measured <= self.limit


class Report:
    def __init__(self):
        self.figures: list[Figure] = []
        self.bars: list[Bar] = []
        self.notes: list[tuple[str, str]] = []
        #: How long each measure took.
        self.seconds: dict[str, float] = {}
        self._measure, self._start = "", 0.0

    def begin(self, measure, title):
        self._measure, self._start = measure, time.monotonic()
        print(f"\n== {measure}: {title}", flush=True)

    def end(self):
        self.seconds[self._measure] = round(time.monotonic() - self._start, 1)
        print(f"  ({self.seconds[self._measure]:.0f} s)", flush=True)

    def figure(self, name, unit, values, base=None):
        """Records and prints the values of subjects: {subject: [value, …]}. Each is compared with the subject `base`. A value that
        cannot be measured here is NaN."""
        known = {subject: [value for value in rounds if not math.isnan(value)] for subject, rounds in values.items()}
        figures = {subject: Figure(self._measure, name, unit, subject, rounds, base if subject != base else None)
                   for subject, rounds in known.items() if rounds}
        self.figures += figures.values()
        label = f"{name}, {unit}" if unit else name
        print(f"{label:<46}{'median':>11}{'least':>11}{'most':>11}" + (f"{'× ' + base:>22}" if base else ""))
        for subject, figure in figures.items():
            ratio = f"{figure.median / figures[base].median:>22.2f}" if base in figures and figures[base].median else ""
            spread = "".join(f"{number(value):>11}" for value in (figure.median, min(figure.values), max(figure.values)))
            print(f"  {subject:<44}{spread}{ratio}")
        sys.stdout.flush()

    def median(self, name, subject):
        return next(figure.median for figure in self.figures
                    if (figure.measure, figure.name, figure.subject) == (self._measure, name, subject))

    def ratio(self, name, subject, base):
        return self.median(name, subject) / self.median(name, base)

    def bar(self, name, limit, measured, unit="", is_floor=False):
        self.bars.append(Bar(self._measure, name, limit, measured, unit, is_floor))

    def note(self, text):
        self.notes.append((self._measure, text))
        print(f"  {text}", flush=True)

    def print_bars(self):
        if self.bars:
            print(f"\n{'bars':<58}{'bar':>12}{'measured':>12}")
        for bar in self.bars:
            limit = f"{'≥' if bar.is_floor else '≤'} {number(bar.limit)}"
            label = f"{bar.name}, {bar.unit}" if bar.unit else bar.name
            print(f"{label:<58}{limit:>12}{number(bar.measured):>12}{'' if bar.is_kept else '  missed'}")

    def as_json(self):
        return {
            "seconds": self.seconds,
            "bars": [dataclasses.asdict(bar) | {"kept": bar.is_kept} for bar in self.bars],
            "figures": [dataclasses.asdict(figure) | {
                "values": [float(f"{value:.6g}") for value in figure.values], "median": figure.median,
                "least": min(figure.values), "most": max(figure.values)} for figure in self.figures],
            "notes": [{"measure": measure, "text": text} for measure, text in self.notes],
        }


def number(value):
    """Returns a number with about three digits that matter."""
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"
