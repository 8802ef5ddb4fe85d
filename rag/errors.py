"""The errors of the project. Each message is one line in Chinese: what, where, and what to do."""

from __future__ import annotations


class YinjuError(Exception):
    """Anything that the user is told about in one line; the command line exits with `status`."""

    status = 1


class UsageError(YinjuError):
    """The input cannot be worked with: a question, an option, a folder or a file that was given."""

    status = 2


class ReadingError(YinjuError):
    """A source file cannot be read; the report of an indexing run carries the message as its reason."""


class IndexDamagedError(YinjuError):
    """The index is missing, damaged, or does not fit this program; the message has the command that mends it."""

    status = 2


class ModelError(YinjuError):
    """A language model or an embedder could not be reached or answered what cannot be used."""


class BusyError(YinjuError):
    """More ask than can be served, or wait; the same may be asked again later."""


class StoreError(YinjuError):
    """The server that keeps the vectors cannot be reached, or does not do what is asked of it."""
