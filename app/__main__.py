"""``python -m app`` is ``attention-geodesics``: the program begins here, with what ends it."""

from app.process import ending

ending.leave_at_once()

import sys  # noqa: E402 (whatever is imported may be interrupted)

from app.cli.main import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
