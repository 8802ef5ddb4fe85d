"""Quotes made by rule out of the sentences of a folder, thousands of them: what the quote lookup is measured on.

`corpus` is what they are drawn from and where their words stand, found apart from the program; `kinds` is the
table of what is done to a sentence and what a report must then say; `drawing` makes the gold of both.
"""
