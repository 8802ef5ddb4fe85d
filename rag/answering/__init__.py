"""How an answer is made: copied out of the sources, or written by a language model and checked."""
