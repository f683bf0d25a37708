"""A way back: what a command would lose is saved before it runs, and brought back on demand."""
