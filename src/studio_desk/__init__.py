"""Studio Desk: the offline desk of a CPPCC liaison station and of the district office that counts its work."""

__version__ = "0.1.0"
