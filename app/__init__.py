"""Threeseven: watch a small network learn to tell a handwritten 3 from a 7."""

__version__ = "0.1.0"
