"""How records travel between homes and what nobody may lose: bundles, trust, custody, receipts (`docs/bundle-format.md`)."""
