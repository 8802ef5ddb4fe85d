"""Settings for all tests."""

from hypothesis import settings

# The same examples on every run and machine, however busy: a red test is a change in the code.
settings.register_profile("yinju", deadline=None, derandomize=True)
settings.load_profile("yinju")
