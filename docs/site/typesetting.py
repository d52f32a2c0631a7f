"""Formulas as browsers set them by themselves: TeX as MathML, and g_ij with its indices below.

No script and no typeface is loaded, so that pages need no network.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from indices import has_indices, pieces
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)

_NODES = {"sub": nodes.subscript, "sup": nodes.superscript}


def nodes_of(text: str) -> list[nodes.Node]:
    """Return the nodes of a text with its indices set below or above."""
    return [
        _NODES[piece.kind]("", "", *nodes_of(piece.text)) if piece.kind else nodes.Text(piece.text)
        for piece in pieces(text)
    ]


class Formulas(SphinxTransform):
    """Sets the indices of prose, and blocks of formulas."""

    default_priority = 700

    def apply(self, **kwargs: Any) -> None:
        """Turn blocks of formulas into lines, and set the indices in both these and prose."""
        for block in list(self.document.findall(nodes.literal_block)):
            if block.get("language") == "formula":
                lines = [
                    nodes.line("", "", *nodes_of(line)) for line in block.astext().splitlines()
                ]
                block.replace_self(nodes.line_block("", *lines, classes=["formula"]))
        code = nodes.literal | nodes.literal_block | nodes.math | nodes.math_block | nodes.raw
        for text in list(self.document.findall(nodes.Text)):
            parent, within = text.parent, text.parent
            while within is not None and not isinstance(within, (code, nodes.line_block)):
                within = within.parent
            if within is None and has_indices(text):
                parent.replace(text, nodes_of(text))


def _typeset(node: nodes.math | nodes.math_block, as_block: bool) -> str:
    tex = node.astext().replace("−", "-")
    try:
        return str(tex2mathml(tex, as_block=as_block))
    except MathError as problem:
        logger.warning("%s: %s", tex, problem, location=node)
        return tex


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(_typeset(node, as_block=False))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="math">{_typeset(node, as_block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform and the renderer of TeX."""
    app.add_transform(Formulas)
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
