"""Safety: what can go wrong with IVIG, from published rows with their sources."""
