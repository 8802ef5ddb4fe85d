"""What was measured, as people read it: `bench/results.md` and its plots, drawn from the records in `bench/results`."""
