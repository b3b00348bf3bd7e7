"""The real order lines into posted facts: ``python -m benchmarks.intake``.

{lines, posted, quarantined, seconds, rss_mb, database}: wall seconds from opening the file to the commit.
"""

from __future__ import annotations

import time

from benchmarks.database import arguments, books
from benchmarks.report import PeakMemory, report
from tests.shared_data import shared_path


def main() -> None:
    chosen = arguments(__doc__ or "")
    source = shared_path("demand/online_retail_2010_2011_shared_skus.parquet")
    with PeakMemory() as memory, books(chosen.database):
        from entrepot.workflows.import_files import ImportOptions, import_file

        options = ImportOptions(shop="uk", currency="GBP", zone="Europe/London", new_items="create")
        start = time.perf_counter()
        result = import_file(source, options)
        seconds = time.perf_counter() - start
        done = result.report
        if done is None or done.posted_lines + done.quarantined_lines != result.rows:
            raise SystemExit("lines were lost")
        report(
            lines=result.rows, posted=done.posted_lines, quarantined=done.quarantined_lines,
            seconds=round(seconds, 2), rss_mb=memory.rss_mb, database=chosen.database,
        )  # fmt: skip


if __name__ == "__main__":
    main()
