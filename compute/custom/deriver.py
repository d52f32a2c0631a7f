"""The deriver process: reads one definition per line on stdin, writes results to stdout.

Started and terminated by `compute.custom.derivation`.  It exits when its input closes, so a killed
program leaves none behind.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any, TextIO

# memory limit in bytes, and CPU seconds for one definition
MOST_BYTES = 1 << 30
SECONDS = 5.0
READY = "ready"

_Answer = dict[str, Any]


def serve() -> None:
    """Serve requests until the input closes."""
    import sympy  # noqa: F401  # half a second, before somebody waits for it

    from compute.custom import define  # noqa: F401
    from compute.definitions import symbolic_functions  # noqa: F401

    _bound_memory()
    requests: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    answers = _answers()
    print(json.dumps(READY), file=answers, flush=True)
    while True:
        source = requests.get()
        with _time_bounded():
            answer = json.dumps(answer_of(source))
        print(answer, file=answers, flush=True)


def _answers() -> TextIO:
    """Return the original stdout, and redirect all other output."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _listen(requests: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        requests.put(json.loads(line))
    os._exit(0)


def _bound_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    except (ImportError, ValueError, OSError):
        return  # systems without such limits: only the time is limited


@contextmanager
def _time_bounded() -> Iterator[None]:
    """Kill this process by SIGPROF once its CPU time is used up."""
    import signal

    if not hasattr(signal, "setitimer"):  # then the waiting process ends it
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)


def answer_of(source: str) -> _Answer:
    """Return the tapes of a definition as plain data, or the error."""
    from compute.custom.define import definition_of
    from compute.custom.parse import FormulaError
    from compute.definitions.derive import derive
    from compute.definitions.derived import plain_of
    from compute.definitions.lowering import NotFinite, NotKnown

    try:
        return {"derived": plain_of(derive(definition_of(source)))}
    except FormulaError as mistake:
        return {"refused": [mistake.text, mistake.column, mistake.words, mistake.place]}
    except NotFinite:
        return {"problem": "a derivative of this is not a real number: it divides by zero"}
    except NotKnown as unknown:
        return {"problem": f"no derivative of this is known: {unknown.reason}"}
    except MemoryError:
        return {"problem": "deriving this needs more than 1 GB of memory", "spent": True}
    except RecursionError:
        return {"problem": "this is nested too deeply to derive"}
    except Exception as problem:
        # any other error of SymPy, which would mean nothing to the user
        return {"problem": "SymPy cannot derive this", "cause": type(problem).__name__}
