"""The relational store on SQLite or PostgreSQL: tables, migrations, and the books over them."""

from liftwatch.adapters.sql.books import SqlBooks, open_books
from liftwatch.adapters.sql.trouble import BooksError

__all__ = ["BooksError", "SqlBooks", "open_books"]
