"""Measurements behind the README's figures. Each module prints a Markdown table; `make bench` runs them all."""
