"""What opens over a screen, asks one thing or shows one thing, and closes."""
