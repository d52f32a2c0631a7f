"""Embedding of scenes in each file format; `app.model.embedded` reads them back."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax import saxutils

from app.model import scene_file
from app.model.embedded import packed
from app.model.scene import Scene

SPACE = "urn:attention-geodesics"
_UNKNOWN_TO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
KEY = "Scene"  # of PNG's text chunks


def stated(scene: Scene, target: Path) -> str:
    """Return the scene for a file at ``target``, with paths of head files relative to it."""
    return packed(scene_file.to_text(scene, target.absolute().parent))


def escape(text: str) -> str:
    """Escape text for XML, without control characters that XML does not allow."""
    return _UNKNOWN_TO_XML.sub("\ufffd", saxutils.escape(text))


def in_svg(stated: str) -> str:
    """Return the content of the SVG metadata element."""
    return f'<scene xmlns="{SPACE}">{stated}</scene>'


def in_xmp(stated: str, title: str) -> str:
    """Return the XMP of a PDF or GIF, without its packet wrapper."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'<rdf:Description rdf:about="" xmlns:scene="{SPACE}" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt>'
        "</dc:title>\n"
        f"<scene:scene>{stated}</scene:scene>\n"
        "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"
    )


def in_gif(film: bytes, stated: str) -> bytes:
    """Return a GIF with its scene as XMP before the trailer.

    XMP is the only GIF extension that is not divided into blocks: a reader that takes its bytes for
    block lengths is led to the end by the run of decreasing lengths that follows.
    """
    if film[-1:] != b";":
        raise ValueError("a GIF must end with its trailer")
    ending = bytes([1, *range(255, -1, -1), 0])
    packet = (
        f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        f'{in_xmp(stated, "")}<?xpacket end="r"?>'
    )
    extension = b"\x21\xff\x0bXMP DataXMP" + packet.encode("utf-8") + ending
    return film[:-1] + extension + b";"
