"""The paper layer: sheets of plain data in, archive-grade PDF (PDF/A-2u) out; it knows paper and not meaning."""
