"""One file a page; a view asks :mod:`queries`, builds tables and renders."""
