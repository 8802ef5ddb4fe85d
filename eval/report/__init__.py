"""The report: a run as one page that explains itself, on screen and on paper (`python -m eval report`)."""
