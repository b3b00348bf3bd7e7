"""The pages: Today, Inventory, True cost, Data health, Import, in English and Chinese.

Views translate and arrange; they compute no business figure. Everything they show comes through :mod:`queries`, in the
shapes of :mod:`shapes`; a table and its exports are one declaration (:mod:`tables`).
"""
