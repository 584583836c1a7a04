"""One encrypted SQLite file per station: the journal, the records worked out from it, and how it is kept safe."""
