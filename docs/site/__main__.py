"""``python -m docs.site FOLDER``: write the sources of the site into a folder, from nothing."""

import shutil
import sys
from pathlib import Path

from docs.site import gather, interface, lesson_pages

folder = Path(sys.argv[1])
shutil.rmtree(folder / "source", ignore_errors=True)
gather.gather(folder / "source")
interface.write(folder / "source" / "interface")
lesson_pages.write(folder / "source" / "lessons")
lesson_pages.export(folder / "pages" / "pages")
