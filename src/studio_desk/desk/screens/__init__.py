"""One file per screen; `desk/navigation.py` lists them."""
