"""The command line.  Heavy modules are imported by the subcommands that need them.

Exit status: 0 success; 1 numerical failure, with the partial result printed; 2 bad input, one line on
stderr; 130 interrupted.
"""

from __future__ import annotations

import io
import os
import sys
import warnings

from app.process import ending

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

# the beginning of a negative number
_NEGATIVE = tuple(f"-{character}" for character in "0123456789.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; default arguments: those of the process."""
    if arguments is not None:
        return _answered(arguments)
    ending.leave_at_once()
    if not sys.warnoptions:
        # warnings of NumPy and others are for programmers; results report their own accuracy
        warnings.simplefilter("ignore")
        # except that an engine takes the place of another one
        warnings.filterwarnings("default", module=r"compute\.engine\.opening")
        warnings.showwarning = _warn
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # it is None if it was closed
            stream.reconfigure(errors="backslashreplace")
    try:
        return _answered(sys.argv[1:])
    finally:
        ending.ignore_interrupts()


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    print(f"attention-geodesics: {message}", file=sys.stderr)


def _answered(arguments: Sequence[str]) -> int:
    try:
        return _completed(arguments)
    except ImportError as problem:
        from app.process.installation import missing

        if not (words := missing(problem)):
            raise
        print(f"attention-geodesics: {words}", file=sys.stderr)
        return 2


def _completed(arguments: Sequence[str]) -> int:
    from app.cli.parser import BadInput, parser

    try:
        status = int(_run(parser().parse_args(opened(joined(arguments)))))
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except BadInput as problem:
        return _refuse(str(problem))
    except BrokenPipeError:
        _fall_silent()  # the reader has seen enough
        return 0
    except OSError as problem:
        if problem.filename is None:
            _fall_silent()  # stdout cannot be written
        of = "" if problem.filename is None else f": {problem.filename}"
        return _refuse(f"{problem.strerror or problem}{of}")


def _fall_silent() -> None:
    """Discard further output, so that the interpreter does not complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(chosen: argparse.Namespace) -> int:
    """Run the command's function; its ValueErrors are reported as wrong use."""
    try:
        status = int(chosen.command.run(chosen))
    except Exception as problem:
        if not (chosen.command.refuses and _is_wrong_use(problem)):
            raise
        from compute.core.refusal import describe

        return _refuse(describe(problem))
    _report_packages()
    return status


def _report_packages() -> None:
    """Report what installed packages offer and could not be loaded, of the kinds that were needed."""
    modules = (
        "compute.families",
        "app.model.colormaps",
        "app.model.lessons.listing",
        "app.jobs.studies",
    )
    loaded = [sys.modules[name] for name in modules if name in sys.modules]
    for line in (line for module in loaded for line in module.problems_met()):
        print(f"attention-geodesics: {line}", file=sys.stderr)


def _is_wrong_use(problem: Exception) -> bool:
    from compute.requests.engine import NoAdapter

    return isinstance(problem, ValueError | NoAdapter | MemoryError)


def _refuse(problem: str) -> int:
    from app.cli.parser import PROGRAM
    from compute.core.refusal import shorten

    print(f"{PROGRAM}: {shorten(problem)}", file=sys.stderr)
    return 2


def opened(arguments: list[str]) -> list[str]:
    """Return a scene, figure, film or file of heads in place of a command is opened in the window."""
    # imported here: nothing is to be done before requests to end are heeded
    from app.model.file_formats import OPENED, PICKLED

    known = (*OPENED, *PICKLED)
    if arguments and arguments[0].lower().endswith(known) and os.path.isfile(arguments[0]):
        return ["gui", *arguments]
    return arguments


def joined(arguments: Sequence[str]) -> list[str]:
    """Rewrite ``--start -1,2`` as ``--start=-1,2``, since values may begin with a minus sign."""
    result: list[str] = []
    for argument in arguments:
        open_option = result and result[-1].startswith("--") and "=" not in result[-1]
        if open_option and argument.startswith(_NEGATIVE):
            result[-1] += f"={argument}"
        else:
            result.append(argument)
    return result
