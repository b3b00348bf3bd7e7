"""Tests, laid out like ``src/entrepot``; what several rooms share stands here by name."""
