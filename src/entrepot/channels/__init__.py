"""Shops and their files: an outside format becomes documents and back; no database, no engine."""
