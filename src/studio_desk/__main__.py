"""`python -m studio_desk` is `studio-desk`."""

from __future__ import annotations

import sys

from studio_desk.app import main

if __name__ == "__main__":
    sys.exit(main())
