# Short names for what dev.py and packaging/ do; `just` is optional, every line can be typed by hand.

# Open the desk on the sample station, or tell the whole story where there is no display.
run *words:
    python3 dev.py run {{words}}

# Every check: format, lint, types, import contracts, translations, tests. With paths: those tests only.
test *paths:
    python3 dev.py test {{paths}}

# Bring the code into the house's form.
format:
    .venv/bin/ruff format .
    .venv/bin/ruff check --fix .

# After a change of dependencies in pyproject.toml.
lock:
    python3 dev.py lock
    python3 dev.py test tests/house
    .venv/bin/python packaging/notices.py

# Build resources/fonts anew from Debian's packages (about 15 minutes).
fonts:
    python3 dev.py fonts
