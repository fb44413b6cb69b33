"""Whether an installation is as it must be: one line a point, and the remedy of each that is not.

``findings`` judges and is pure; ``checks`` asks what is outside, through the stores of the steps; ``command`` is
``service-reports doctor``.
"""
