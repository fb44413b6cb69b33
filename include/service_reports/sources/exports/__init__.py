"""Tables that people leave as files: workbooks and delimited text, read cell by cell, every mistake named."""
