"""The sample shop: a seeded, made-up seller whose exports anybody can import, and the truth behind them.

A world is simulated day by day (:mod:`world`): demand, purchases, shipments, sales, returns, bills, mishaps. What the
seller would have got from it (exports of his shops, his own lists, other people's bills) is written as files in the
exports' own layouts; what only the simulation knows (true demand, planted faults) is kept beside, for tests.
"""
