"""The faces: where people and programs come in. No rule of the business lives here.

``web`` serves pages, ``api`` serves programs, ``cli`` serves the terminal. Each asks workflows and the books' read
functions and shows what they answer.
"""
