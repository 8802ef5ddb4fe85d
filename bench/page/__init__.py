"""The page over the five documents, served as users get it: how soon it is there, and how soon an answer is."""
