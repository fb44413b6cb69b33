"""What the documents say, one file a section."""
