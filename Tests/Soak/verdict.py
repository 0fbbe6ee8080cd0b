"""Prints figures, and whether they keep the promises."""

import statistics
import sys

broken = []


def figure(label, value, promise=None, kept=True):
    """Prints a figure and, if there is a promise, whether the figure keeps it."""
    line = f"  {label:<58}{_text(value):>14}"
    if promise:
        line += f"   {promise}: {'kept' if kept else 'BROKEN'}"
        if not kept:
            broken.append(label)
    print(line, flush=True)


def at_most(label, value, limit):
    figure(label, value, f"at most {_text(limit)}", value <= limit)


def none(label, value):
    figure(label, value, "none", value == 0)


def note(text):
    print(f"  {text}", flush=True)


def percentile(figures, share):
    return sorted(figures)[min(int(share * len(figures)), len(figures) - 1)]


median = statistics.median


def _text(value):
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
