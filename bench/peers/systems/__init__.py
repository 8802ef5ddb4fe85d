"""The systems that are measured: a module each, with the same three names; see `bench.peers.harness.System`."""
