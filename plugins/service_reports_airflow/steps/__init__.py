"""What tasks do, imported when they run. Steps hand on keys, never data, and every step may run again.

The DAG files say in which order they are called. In a publication, ``due``, ``completeness``,
``gate``, ``computing``, ``rendering``, ``approving``, ``issuing`` and ``sending`` follow one another.
"""
