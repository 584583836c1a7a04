"""The ways to carry a sealed bundle, one file per way."""
