"""The quote lookup over corpora of growing size: how fast it is built, how large it gets, how fast it answers."""
