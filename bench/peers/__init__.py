"""What a user would pick instead, beside the program: the same passages, the same embedder, one run.

A peer lives in an environment of its own (`bench/requirements.txt`), so each system is measured in processes of
its own (`harness`): one builds the index and saves it, another opens it and is asked.
"""
