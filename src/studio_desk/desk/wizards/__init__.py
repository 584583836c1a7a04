"""Step by step: the first run, enrolment, handing over and taking in."""
