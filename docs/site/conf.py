"""How Sphinx makes the site; `docs.site.gather` writes what it reads."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project = "Attention Geodesics"
author = "the Attention Geodesics authors"
extensions = ["myst_parser", "typesetting"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["files"]
smartquotes = False  # primes and quotation marks are written as they are meant
nitpicky = True
# types of arguments are named as the code names them; few have an entry
nitpick_ignore_regex = [("py:class", ".*")]

myst_heading_anchors = 4
myst_enable_extensions = ["dollarmath", "fieldlist"]
myst_dmath_allow_space = False
myst_dmath_allow_digits = False

python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "Attention Geodesics"
html_math_renderer = "mathml"
html_static_path = [str(HERE / "static")]
html_css_files = ["site.css"]
html_js_files = ["local.js"]
html_extra_path = [str(HERE.parents[1] / "build" / "site-made" / "pages")]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
html_use_index = False
html_domain_indices = False
