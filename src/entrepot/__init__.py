"""Entrepot: one ledger, the true cost of every unit, and today's decisions for cross-border sellers.

The rooms, from the ground up: ``core`` (vocabulary), ``rules`` (dated public facts), ``engines`` (pure
computations on frames), ``books`` and ``channels`` (what happened, and the formats it arrives in), ``workflows``
(one function per job) and ``faces`` (web, API, command line). An analyst imports the engines directly.
"""

__version__ = "0.1.0"
