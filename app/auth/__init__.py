"""Who asks, and what they may see or do."""

from app.auth.policy import Answer, may
from app.auth.reader import Reader, current_reader

__all__ = ["Answer", "Reader", "current_reader", "may"]
