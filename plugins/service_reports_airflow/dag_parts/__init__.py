"""What DAG files are put together from: operators, shared tasks, forms.

Airflow reads DAG files every half minute and at the start of every task, so nothing here loads
the product or a step before its task runs: the imports of those are inside functions.
"""
