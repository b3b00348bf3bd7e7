"""Import duty, tax and fees of a consignment, line by line, by the rules of the destination on the day of entry."""
