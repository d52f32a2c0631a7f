// Charts as compositions of elementary maps, the twins of compute/manifold/charts.py.

const FORWARD = {
  log: Math.log,
  sqrt: Math.sqrt,
  arcsin: Math.asin,
  artanh: Math.atanh,
  reciprocal: (x) => 1 / x,
};
// NaN outside the image of the forward map
const INVERSE = {
  log: (x) => Math.exp(Math.min(Math.max(x, -700), 700)),
  sqrt: (x) => (x >= 0 ? x * x : NaN),
  arcsin: (x) => (x >= 0 && x <= Math.PI / 2 ? Math.sin(x) : NaN),
  artanh: (x) => Math.tanh(x),
  reciprocal: (x) => (x > 0 ? 1 / x : NaN),
};

const MAPS = {
  affine: {
    forward: ([x, y], [a, b, c, d, e, f]) => [a * x + b * y + e, c * x + d * y + f],
    inverse: ([x, y], [a, b, c, d, e, f]) => {
      const det = a * d - b * c;
      return [(d * (x - e) - b * (y - f)) / det, (a * (y - f) - c * (x - e)) / det];
    },
  },
  polar: {
    forward: ([angle, r]) => [r * Math.cos(angle), r * Math.sin(angle)],
    inverse: ([x, y]) => [Math.atan2(y, x), Math.hypot(x, y)],
  },
  softmax: {
    forward: ([x, y]) => {
      const most = Math.max(x, y, 0);
      const weights = [Math.exp(x - most), Math.exp(y - most), Math.exp(-most)];
      const sum = weights[0] + weights[1] + weights[2];
      return [weights[0] / sum, weights[1] / sum];
    },
    inverse: ([p, q]) => {
      const rest = 1 - p - q;
      return p > 0 && q > 0 && rest > 0 ? [Math.log(p / rest), Math.log(q / rest)] : [NaN, NaN];
    },
  },
  // w = i(Z − i)/(Z + i), and Z = i(i + w)/(i − w)
  disk: {
    forward: ([x, y]) => {
      const size = x * x + (y + 1) ** 2;
      return [2 * x / size, (x * x + y * y - 1) / size];
    },
    inverse: ([x, y]) => {
      if (x * x + y * y >= 1) return [NaN, NaN];
      const size = x * x + (1 - y) ** 2;
      return [2 * x / size, (1 - x * x - y * y) / size];
    },
  },
};
for (const name of Object.keys(FORWARD)) {
  MAPS[name] = {
    forward: (x, mask) => x.map((value, i) => (mask[i] ? FORWARD[name](value) : value)),
    inverse: (x, mask) => x.map((value, i) => (mask[i] ? INVERSE[name](value) : value)),
  };
}

/** A chart with `forward` and `inverse` of one point, from its published steps. */
export class Chart {
  constructor(steps) {
    this.steps = steps;
  }

  forward(theta) {
    return this.steps.reduce((x, [name, numbers]) => MAPS[name].forward(x, numbers), theta);
  }

  inverse(x) {
    return this.steps.reduceRight((y, [name, numbers]) => MAPS[name].inverse(y, numbers), x);
  }

  /** The drawn components of a tangent vector at θ, by a central difference. */
  push(theta, vector) {
    const size = 1e-4 / Math.max(Math.hypot(...vector), 1e-12);
    const moved = [1, -1].map((sign) => this.forward(theta.map((t, i) => t + sign * size * vector[i])));
    return moved[0].map((x, i) => (x - moved[1][i]) / (2 * size));
  }
}
