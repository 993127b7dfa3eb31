"""What bodies recommend, as data: each statement with its year, grade and source."""

from ivigsim.guidance.statements import Statement, cite, load_statements, select

__all__ = ["Statement", "cite", "load_statements", "select"]
