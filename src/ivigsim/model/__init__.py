"""The model: equations as text, every number with its source, SBML with units, and its compilation."""
