"""Reads the finished files and holds them against the figures."""

import logging

# The library that reads the files announces itself in the log of whatever loads it first.
logging.getLogger("pikepdf").setLevel(logging.WARNING)
