"""The maintenance fund: books in whole fen, votes, cases from proposal to disclosure."""
