"""Retrieval as shipped beside its lexical baseline, over the development sets of a data folder."""
