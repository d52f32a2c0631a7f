"""``python -m app`` is ``attention-geodesics``."""

import sys

from app.cli import main

sys.exit(main())
