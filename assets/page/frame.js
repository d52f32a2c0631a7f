// Where chart coordinates are on the canvas.

const MARGIN = { left: 58, right: 14, top: 12, bottom: 42 };

/** A view {x0, x1, y0, y1} of a chart on `width` × `height` CSS pixels; `equal`: one scale for both. */
export class Frame {
  constructor(view, width, height, equal) {
    this.width = width;
    this.height = height;
    this.left = MARGIN.left;
    this.top = MARGIN.top;
    this.across = Math.max(width - MARGIN.left - MARGIN.right, 1);
    this.down = Math.max(height - MARGIN.top - MARGIN.bottom, 1);
    this.view = equal ? widened(view, this.across / this.down) : view;
  }

  toPixels([x, y]) {
    const { x0, x1, y0, y1 } = this.view;
    return [
      this.left + ((x - x0) / (x1 - x0)) * this.across,
      this.top + ((y1 - y) / (y1 - y0)) * this.down,
    ];
  }

  toChart([px, py]) {
    const { x0, x1, y0, y1 } = this.view;
    return [
      x0 + ((px - this.left) / this.across) * (x1 - x0),
      y1 - ((py - this.top) / this.down) * (y1 - y0),
    ];
  }

  /** The place of the plot that is nearest to some pixels. */
  nearest([px, py]) {
    return [
      Math.min(Math.max(px, this.left), this.left + this.across),
      Math.min(Math.max(py, this.top), this.top + this.down),
    ];
  }
}

/** The view with one side longer, so that both axes have one scale at this ratio of sides. */
function widened({ x0, x1, y0, y1 }, ratio) {
  const [width, height] = [Math.max(x1 - x0, (y1 - y0) * ratio), Math.max(y1 - y0, (x1 - x0) / ratio)];
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return { x0: x - width / 2, x1: x + width / 2, y0: y - height / 2, y1: y + height / 2 };
}

/** A view zoomed by `factor` about the chart point (x, y). */
export function zoomed(view, [x, y], factor) {
  const side = (low, high, at) => [at + (low - at) * factor, at + (high - at) * factor];
  const [x0, x1] = side(view.x0, view.x1, x);
  const [y0, y1] = side(view.y0, view.y1, y);
  return { x0, x1, y0, y1 };
}

/** A view moved by a chart vector. */
export function moved({ x0, x1, y0, y1 }, [dx, dy]) {
  return { x0: x0 + dx, x1: x1 + dx, y0: y0 + dy, y1: y1 + dy };
}
