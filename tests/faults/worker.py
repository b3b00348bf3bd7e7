"""A seller's program of its own: ``python -m tests.faults.worker`` posts the small ledger batch by batch into the
database of its ENTREPOT_HOME, revalues after each, says when it begins and when it is done. Made to be killed."""

import os
import sys


def main() -> None:
    """Migrate if need be, then import and revalue from the start: what is there already is a repeat."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "entrepot.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from entrepot.books import intake
    from entrepot.workflows.revalue import revalue
    from tests.audit.small_ledger import batches

    call_command("migrate", verbosity=0, skip_checks=True)
    # What was taken back may be told anew, so a run that takes nothing back is the one that can simply be run again.
    work = [(at, [document for document in documents if document.type != "reversal"]) for at, documents in batches()]
    print("begin", flush=True)
    for recorded_at, documents in work:
        intake.post(documents, name="killed now and then", recorded_at=recorded_at)
        print("posted", flush=True)
        revalue()
        print("valued", flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    sys.exit(main())
