"""A seeded fuzzer: damaged files are refused in one short line, or open and can be saved.

    python -m tests.fuzz [--seed S] [--files N] [--kinds scene,heads] [--keep FOLDER]

Each kind of file states valid examples and how the program opens one (`kinds/`, found by being there).
Examples are mutated (`mutation.py`) and opened in a child process (`worker.py`) that a watchdog ends
(`watch.py`): a crash and a hang are findings, as are exceptions that are no refusal, long messages,
much memory or time, and scenes that open and cannot be saved and opened again as they were.
"""
