"""The parts of the quote lookup: the stream of all sources, alignment, tokens, differences."""
