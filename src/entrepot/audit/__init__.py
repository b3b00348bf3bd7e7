"""The independent checker: proves from the stored facts that no unit and no cent was lost or invented.

It shares no code with posting or valuation, so that one mistake cannot hide in both.
"""
