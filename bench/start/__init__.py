"""From a cold shell: what our commands take from the Enter key to their last word, beside what others only import."""
