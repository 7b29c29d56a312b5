"""The maintenance fund: its accounts, its books, and the rules by which money is used."""
