"""Every word and format that a reader sees; one folder a language."""
