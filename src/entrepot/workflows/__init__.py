"""One short function per job: the only place where books, channels and engines meet."""
