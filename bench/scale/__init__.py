"""How one machine fares as the corpus grows: building, asking, updating an index of so many chunks."""
