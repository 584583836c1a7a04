"""Count what the records say: what is next for the clerk; SQL does the counting."""
