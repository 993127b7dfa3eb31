"""Headers that keep a browser from running or showing what does not come from this server."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html.parser import HTMLParser

_ALLOWED = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # figures and widgets set styles on elements
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
_JAVASCRIPT = (None, "", "module", "text/javascript", "application/javascript")


def security_headers(pages: Iterable[str] = ()) -> dict[str, str]:
    """Return the headers of every answer.

    Parameters
    ----------
    pages : iterable of str
        HTML as the server writes it; the scripts that stand in it may run, each named by its SHA-256.

    Examples
    --------
    >>> policy = security_headers(["<script>start()</script>"])["Content-Security-Policy"]
    >>> policy.split("; ")[1]
    "script-src 'self' 'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00='"
    """
    hashes = sorted({_hash(script) for page in pages for script in inline_scripts(page)})
    allowed = _ALLOWED | {"script-src": " ".join([_ALLOWED["script-src"], *hashes])}
    return {
        "Content-Security-Policy": "; ".join(f"{what} {whence}" for what, whence in allowed.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }


def inline_scripts(page: str) -> list[str]:
    """Return the scripts that stand in a page, not those it loads nor the data it holds.

    Examples
    --------
    >>> inline_scripts("<script src='a.js'></script><script>b()</script><script type='text/x'>{}</script>")
    ['b()']
    """
    reader = _Scripts()
    reader.feed(page)
    reader.close()
    return reader.found


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self._inside = tag == "script" and "src" not in known and known.get("type") in _JAVASCRIPT
        if self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def _hash(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
