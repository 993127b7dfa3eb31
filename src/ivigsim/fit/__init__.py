"""Calibration: population parameters estimated from published results, with what the results leave open."""
