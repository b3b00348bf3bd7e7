"""A seller's files become documents.

``open_file`` reads an untrusted file in a bounded process, finds its header by name, decides number and date style
from all rows, and streams typed documents with the lines they came from; what it cannot read it names. A layout
is data (``layouts/*.toml``), and every document type has a template of its own (:mod:`.templates`).
"""
