"""The service's only state in memory: columns that follow the database, and the answers made from them."""

from services.reports.board.board import Answer, Board, Question

__all__ = ["Answer", "Board", "Question"]
