"""Colours for Antimony text."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

_KEYWORDS = ("model", "end", "unit", "has", "is", "var", "const", "species", "in", "at", "after")
_FUNCTIONS = ("sqrt", "exp", "ln", "log", "log10", "abs", "min", "max", "piecewise")


class AntimonyLexer(RegexLexer):  # type: ignore[misc]
    """Antimony, as far as the model uses it."""

    name = "Antimony"
    aliases: ClassVar[list[str]] = ["antimony"]
    tokens: ClassVar[dict[str, list[object]]] = {
        "root": [
            (r"//.*", Comment.Single),
            (r"/\*.*?\*/", Comment.Multiline),
            (r'"[^"\n]*"', String),
            (words(_KEYWORDS, prefix=r"\b", suffix=r"\b"), Keyword),
            (words(_FUNCTIONS, prefix=r"\b", suffix=r"\b(?=\s*\()"), Name.Builtin),
            (r"\d+(\.\d*)?([eE][+-]?\d+)?", Number),
            (r"[A-Za-z_]\w*'", Name.Function),
            (r"[A-Za-z_]\w*", Name),
            (r":=|->|=>|[-+*/^=<>!&|]", Operator),
            (r"[(),;:{}\[\]]", Punctuation),
            (r"\\?\s+", Text),
            (r".", Text),
        ]
    }
