"""Solve the equations of many patients: doses to stretches, heyoka in SIMD lanes, what a run returns."""
