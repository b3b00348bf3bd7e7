"""The vocabulary that every room shares: documents, money, quantities, calendar, frames, errors and progress."""
