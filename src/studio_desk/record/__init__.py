"""What a kind of record is: declared once, everything else is derived."""
