"""Reads issued reports as an auditor does: what they say, from which rows, by whom, and that nothing was changed.

It knows nothing of how figures are computed or documents are printed; an import rule holds it to that.
"""
