"""CivicLoop (文明创建一张网)."""

__version__ = "0.1.0"
