"""A ledger for any kind of record: rows by the page, filters, columns, copy and paste."""
