"""Who asks, and what they may see or do."""

from app.auth.policy import Answer, Thing, may, sight_of
from app.auth.reader import Reader, current_reader

__all__ = ["Answer", "Reader", "Thing", "current_reader", "may", "sight_of"]
