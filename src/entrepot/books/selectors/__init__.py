"""Read functions: what the pages and the API ask of the books. They change nothing.

Each takes the :class:`~entrepot.books.access.Viewer` first, keeps to his company and scopes, and leaves amounts that
his role may not see as ``None``; :mod:`shapes` marks those fields, so that the API can leave them out altogether.
Lists come as one page with sums of all that matches; none counts the sales one by one.
"""

from entrepot.books.selectors.shapes import NotThere

__all__ = ["NotThere"]
