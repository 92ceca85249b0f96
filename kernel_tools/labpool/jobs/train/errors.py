"""What is wrong with a data set or a model."""

from __future__ import annotations


class DataError(Exception):
    """A data set that cannot be used.

    Args:
        field: The parameter it belongs to ("dataset", "text_column", ...).
        message: File, line and reason.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message
