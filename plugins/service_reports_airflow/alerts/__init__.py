"""Alerts: what needs somebody by now, told once to whoever is to know, and a weekly digest even when all is well."""
