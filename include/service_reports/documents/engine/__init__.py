"""How a page is set: type, tables, charts, running heads, quotations. Nothing here knows what a report says."""
