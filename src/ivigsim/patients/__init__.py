"""Virtual patients: populations, keyed random draws, and the steady state before treatment."""
