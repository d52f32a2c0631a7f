// Ticks of linear and logarithmic axes, the twin of app/views/canvas/ticks.py, and numbers as text.

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const DECADE = Math.log(10);

/** About `count` ticks [position, text] in [low, high]; of a log axis positions are logarithms. */
export function ticks(low, high, count, log) {
  return log ? logarithmic(low, high, count) : linear(low, high, count);
}

function linear(low, high, count) {
  const raw = (high - low) / Math.max(count, 1);
  const unit = 10 ** Math.floor(Math.log10(raw));
  const each = [1, 2, 5, 10].map((m) => m * unit).find((m) => m >= raw * (1 - 1e-9));
  const digits = Math.max(0, -Math.floor(Math.log10(each) + 1e-9));
  const found = [];
  for (let i = Math.ceil(low / each - 1e-9); i <= Math.floor(high / each + 1e-9); i++) {
    found.push([i * each, digits > 6 ? number(i * each) : (i * each).toFixed(digits).replace("-", "−")]);
  }
  return found;
}

function logarithmic(low, high, count) {
  const decades = (high - low) / DECADE;
  if (decades < 1) {
    const inside = linear(Math.exp(low), Math.exp(high), count).filter(([value]) => value > 0);
    return inside.map(([value, text]) => [Math.log(value), text]);
  }
  const stride = Math.max(1, Math.ceil(decades / count));
  const parts = 3 * decades <= 1.5 * count ? [1, 2, 5] : [1];
  const found = [];
  for (let p = Math.floor(low / DECADE); p <= Math.ceil(high / DECADE); p++) {
    if (p % stride) continue;
    for (const m of parts) found.push([p * DECADE + Math.log(m), number(m * 10 ** p)]);
  }
  return found.filter(([at]) => at >= low - 1e-9 && at <= high + 1e-9);
}

/** A number with six significant digits, a true minus sign and powers of ten; NaN as unknown. */
export function number(value, digits = 6) {
  if (Number.isNaN(value)) return "not known";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const plain = Number(value.toPrecision(digits));
  const size = Math.abs(plain);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    const [mantissa, power] = plain.toExponential().split("e");
    const raised = [...String(Number(power))].map((letter) => SUPERSCRIPTS[letter]).join("");
    return `${mantissa === "1" ? "" : mantissa === "-1" ? "−" : `${mantissa}·`}10${raised}`.replace("-", "−");
  }
  return String(plain).replace("-", "−");
}
