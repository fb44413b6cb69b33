"""What a signed report carries to prove itself: its figures, the rows behind them, and a manifest of both."""
