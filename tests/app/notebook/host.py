"""A live scene behind lines of JSON, without a window: requests come in, frames go out."""

import base64
import json
import sys

from app.model import scene_file
from app.notebook.live_scene import LiveFrame, LiveScene


def told(frame: LiveFrame) -> None:
    """Write a frame as a line."""
    state = {
        "picture": base64.b64encode(frame.picture).decode("ascii"),
        "pins": frame.pins,
        "measures": frame.measures,
        "status": frame.problem or frame.status,
        "arrived": frame.arrived,
    }
    sys.stdout.write(json.dumps(state) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until the input ends."""
    live = LiveScene(scene_file.load(sys.argv[1]), told, "reference")
    for line in sys.stdin:
        asked = json.loads(line)
        live.drag(asked["pin"], tuple(asked["at"]), asked["dragging"])
    live.close()


if __name__ == "__main__":
    main()
