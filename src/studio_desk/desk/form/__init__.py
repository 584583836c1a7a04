"""A form for any kind of record, made from what the kind asks."""
