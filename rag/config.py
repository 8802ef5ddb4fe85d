"""Settings: composed from the options of the stages, a TOML file and `YINJU_*` variables."""
