"""Reports: comparisons of regimens as a table, a figure, files and one JSON document."""
