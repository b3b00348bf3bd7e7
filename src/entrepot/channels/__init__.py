"""Outside formats that become ``core.documents`` and back: seller files first, shops' interfaces later.

The room knows neither the database nor the engines; what it makes is handed to ``books.intake`` by the workflows.
"""
