"""The vector stores beside each other, and the lexical search of their servers beside the program's own."""
