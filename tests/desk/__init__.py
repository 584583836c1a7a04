"""The desk through its real window, on no screen at all."""
