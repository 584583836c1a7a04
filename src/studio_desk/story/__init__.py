"""Fictional stations with a year of work: for a first look at the program, for tests, for the manual's pictures."""
