"""Reads the finished files and holds them against the figures."""
