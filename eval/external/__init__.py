"""External sets: rows of a data folder as questions, put to the program as a reader or as a retriever.

The data is the user's and stays where it is; `sets` is the table, and adding a set is an adapter and an entry.
"""
