"""What the lessons claim, measured: one module a lesson, each with ``claims(learned)``."""
