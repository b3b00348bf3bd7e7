"""The command line. Importing it loads nothing heavy: Django and the engines come with the command that runs."""
