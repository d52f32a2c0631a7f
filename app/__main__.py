"""``python -m app`` is ``attention-geodesics``."""

import sys

from app.cli.main import main

sys.exit(main())
