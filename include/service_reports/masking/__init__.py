"""Personal data in texts of others: what is found is replaced by a mark, what is known to be harmless stays."""
