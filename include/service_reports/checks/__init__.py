"""The words in which checks are written and their results told; nothing here evaluates one."""
