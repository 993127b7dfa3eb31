"""Why the platelets rose: each mechanism's part, found by switching mechanisms off."""

from ivigsim.mechanisms.attribution import Attribution, Share
from ivigsim.mechanisms.run import DEFAULT_MECHANISMS, AttributionFailed, explain

__all__ = ["DEFAULT_MECHANISMS", "Attribution", "AttributionFailed", "Share", "explain"]
