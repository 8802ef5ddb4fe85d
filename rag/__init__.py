"""引据: answers over documents in which every sentence carries a checked citation."""
