"""The maintainer's evaluation: questions and quotes with checked gold, metrics, and a regression gate.

Run it with `python -m eval`. It talks to the program through one seam, `eval.runner.Assistant`.
"""
