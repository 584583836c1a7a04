"""Everything on screen; the only place that knows Qt."""
