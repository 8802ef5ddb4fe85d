"""Side-by-side measurements: the program against what it must beat, on data that the user brings.

Run it with `python -m bench`. The questions, the metrics and the statistics are the evaluation's (`eval/`).
"""
