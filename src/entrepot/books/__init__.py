"""What happened: the append-only facts, the balances kept beside them, and the figures derived from them.

``services`` write (``intake`` is the only door through which documents become facts), ``selectors`` read. The rules of
the ledger stand in docs/methods/ledger.md; the database itself refuses to change or delete a fact.
"""
