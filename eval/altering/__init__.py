"""Sentences made out of true ones by rule: altered, so that they are false, and restated, so that they stay true.

What `rag.grounding` is measured on: `ALTERATIONS` and `RESTATEMENTS` are the tables of rules, `pairs` puts each
result beside the passages that it is to be judged by. The rules look at words alone, and see nothing of how
`rag.grounding` reads a sentence; what each of them is worth was read and counted by hand (`eval/README.md`).
"""
