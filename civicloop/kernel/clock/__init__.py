"""Working time: what time it is, which hours count, and why a due date is what it is.

values    what the arithmetic is made of: limits, shifts, calendars, pauses, due dates and their steps
working   the arithmetic: due, elapsed, remaining, replay, never_shorten
words     a due date told in plain words
notice    reads the yearly notice on public holidays
now       business time
models    editions of the calendar; operations: adopt
office    the same arithmetic with this office's settings and its newest calendar
"""
