"""Spanish as Colombia writes it."""
