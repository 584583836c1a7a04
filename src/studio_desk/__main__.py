"""`python -m studio_desk` is `studio-desk`."""

from __future__ import annotations

import sys

from studio_desk.app import main

if __name__ == "__main__":
    if getattr(sys, "frozen", False):  # the hub's workers start the program again
        import multiprocessing

        multiprocessing.freeze_support()
    sys.exit(main())
