// Arrays of records in the layout of WGSL, as the program publishes it.

const READ = { f32: "getFloat32", i32: "getInt32", u32: "getUint32" };
const WRITE = { f32: "setFloat32", i32: "setInt32", u32: "setUint32" };

/** `count` records of a layout {size, fields: {name: [type, offset, length]}} over an ArrayBuffer. */
export class Records {
  constructor(layout, count, buffer = new ArrayBuffer(layout.size * count)) {
    this.layout = layout;
    this.buffer = buffer;
    this.view = new DataView(buffer);
  }

  /** Write the fields of record `i`: numbers, or arrays of them. */
  set(i, values) {
    for (const [name, value] of Object.entries(values)) {
      const [type, offset] = this.layout.fields[name];
      const start = i * this.layout.size + offset;
      [value].flat().forEach((x, k) => this.view[WRITE[type]](start + 4 * k, x, true));
    }
    return this;
  }

  /** A field of record `i`: a number, or an array if it has several. */
  get(i, name) {
    const [type, offset, length] = this.layout.fields[name];
    const start = i * this.layout.size + offset;
    const found = Array.from({ length }, (_, k) => this.view[READ[type]](start + 4 * k, true));
    return length === 1 ? found[0] : found;
  }
}

/** The bytes of a base64 text. */
export function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
