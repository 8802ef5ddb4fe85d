"""Trains the reader: a small transformer that scores a passage and its sentences for a question.

It reads question and passage together, on top of the built-in embedder's table of word vectors, and says how
well the passage fits, which of its sentences answers and whether any does. `python -m training.transformer`
runs all of it.
"""
