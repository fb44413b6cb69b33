"""Metrics and traces by OpenTelemetry: off until the standard environment variables say where they go."""
