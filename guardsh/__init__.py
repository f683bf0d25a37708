"""guardsh: the shell that hesitates for coding agents."""

__version__ = "0.1.0"
