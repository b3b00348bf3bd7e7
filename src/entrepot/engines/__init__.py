"""Engines: frames in, frames out; no database, no clock, no network."""
