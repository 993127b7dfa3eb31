"""Trials: scenario files, arms and rules, chunks over processes, the run store and statistics."""
