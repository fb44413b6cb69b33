"""Contract files made from what people fill in: a workbook of many contracts, or answers typed one by one.

What is asked for follows from the JSON Schema of the contract model: its titles are the headings, its
restrictions the explanations. Whether an answer holds, the model alone says.
"""
