"""One module per figure that we claim: `python -m benchmarks.NAME` prints one JSON object as its last line."""
