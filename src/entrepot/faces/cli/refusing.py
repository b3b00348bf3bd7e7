"""How a command says no: what is wrong, what to do, exit code 1; never a traceback for what a person can mend."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from entrepot.core.errors import Cancelled, ProblemError


class Commands(TyperGroup):
    """The command group that turns failures into plain words. ``ENTREPOT_DEBUG=1`` lets the traceback through."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; problems end it with exit code 1, an interrupted one with 130."""
        try:
            return super().invoke(ctx)
        except ProblemError as error:
            from entrepot.faces.cli.printing import problems

            problems(error.problems)
            raise typer.Exit(1) from None
        except (KeyboardInterrupt, Cancelled):
            typer.echo("\nstopped; what was not finished was taken back", err=True)
            raise typer.Exit(130) from None
        except BrokenPipeError:
            # The reader of our output (head, less) has gone: nothing is wrong.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except Exception as error:
            if os.environ.get("ENTREPOT_DEBUG") or type(error).__module__.startswith("typer"):
                raise
            _unforeseen(error)
            raise typer.Exit(1) from None


def _unforeseen(error: Exception) -> None:
    from entrepot.core.errors import Problem
    from entrepot.faces.cli.printing import problems

    module = type(error).__module__
    if type(error).__name__ == "NotThere":
        code, message = "not_there", "there is no such thing in the books"
        remedy = "look it up in the list and name it as it stands there"
    elif module in ("django.db.utils", "sqlite3") or isinstance(error, OSError):
        code, message = "out_of_reach", "the books or a file cannot be reached"
        remedy = "check ENTREPOT_HOME, DATABASE_URL, free space and rights, then run the command again"
    else:
        code, message = "unexpected", "the command stopped at an error that nobody foresaw; nothing was done by halves"
        remedy = "run it again; if it stops again, report what ENTREPOT_DEBUG=1 shows"
    problems([Problem(code, message, remedy, found=f"{type(error).__name__}: {error}"[:500])])
