// The graphics device with the program's kernels: pipelines, buffers that grow, submissions.

import { Records, bytes } from "page/records";

// compiled after the others, since a geodesic can be dragged without them
const LATER = ["transport", "transport_compose"];

/** WebGPU is missing or refused; the message says it in one sentence. */
export class Unavailable extends Error {}

/** Open a device.  Throws Unavailable. */
export async function openDevice() {
  if (!navigator.gpu) throw new Unavailable("This browser has no WebGPU, with which the page computes.");
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Unavailable("This browser found no graphics adapter for WebGPU.");
  return adapter.requestDevice();
}

/**
 * The kernels of one family on a device; `whole` resolves when the last of them are compiled too, or `lacks` says why
 * they are not.
 */
export class Session {
  /** Compile published kernels but those for LATER; their code is a number of `texts`.  Throws Unavailable. */
  static async compiled(device, published, texts) {
    const session = new Session(device, published, texts);
    await session.compile();
    return session;
  }

  constructor(device, published, texts) {
    this.device = device;
    this.published = published;
    this.texts = texts;
    this.limits = published.limits;
    this.kernels = {};
    this.buffers = {};
    this.isWhole = false;
    this.lacks = "";
  }

  /** Compile what a drag needs, and begin to compile the rest. */
  async compile() {
    const group = this.familyLayout();
    this.family = this.familyGroup(group);
    const names = Object.keys(this.published.kernels);
    await this.add(names.filter((name) => !LATER.includes(name)), group);
    this.whole = this.add(LATER, group).then(
      () => { this.isWhole = true; },
      ({ message }) => { this.lacks = message; },
    );
  }

  /** Compile kernels by name.  Throws Unavailable with the compiler's first message. */
  async add(names, group) {
    const made = await Promise.all(names.map((name) => this.pipeline(name, group)));
    names.forEach((name, i) => { this.kernels[name] = made[i]; });
  }

  async pipeline(name, familyLayout) {
    const { code, uniform, storage, family } = this.published.kernels[name];
    const kinds = [uniform ? "uniform" : "read-only-storage"];
    kinds.push(...storage.map(([, , writable]) => (writable ? "storage" : "read-only-storage")));
    const own = this.groupLayout(kinds.map((kind, binding) => [binding, kind]));
    const layout = this.device.createPipelineLayout({
      bindGroupLayouts: family ? [own, familyLayout] : [own],
    });
    const module = this.device.createShaderModule({ code: this.texts[code], label: name });
    try {
      const compute = { module, entryPoint: "main" };
      return { name, own, family, pipeline: await this.device.createComputePipelineAsync({ layout, compute }) };
    } catch (problem) {
      const { messages } = await module.getCompilationInfo();
      const words = messages.length ? messages[0].message : problem.message;
      throw new Unavailable(`This browser's WebGPU does not compile the kernel ${name}: ${words}`);
    }
  }

  groupLayout(kinds) {
    return this.device.createBindGroupLayout({
      entries: kinds.map(([binding, type]) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })),
    });
  }

  /** Group 1: the family's constants as binding 0, and each of its arrays. */
  familyLayout() {
    const { constants, arrays } = this.published.family;
    const kinds = arrays.map((_, i) => [i + 1, "uniform"]);
    if (constants) kinds.unshift([0, "read-only-storage"]);
    return this.groupLayout(kinds);
  }

  familyGroup(layout) {
    const { constants, arrays, arraySize } = this.published.family;
    const entries = arrays.map((text, i) => this.familyEntry(i + 1, text, arraySize, GPUBufferUsage.UNIFORM));
    if (constants) entries.unshift(this.familyEntry(0, constants, 0, GPUBufferUsage.STORAGE));
    return this.device.createBindGroup({ layout, entries });
  }

  familyEntry(binding, text, least, usage) {
    const content = bytes(text);
    const size = Math.max(least, content.length);
    const buffer = this.device.createBuffer({ size, usage: usage | GPUBufferUsage.COPY_DST });
    this.device.queue.writeBuffer(buffer, 0, content);
    return { binding, resource: { buffer } };
  }

  /** The buffer of that name, replaced by a larger one if needed. */
  buffer(name, size) {
    const known = this.buffers[name];
    if (known && known.size >= size) return known;
    if (known) known.destroy();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    this.buffers[name] = this.device.createBuffer({ size: Math.max(size, 16), usage, label: name });
    return this.buffers[name];
  }

  /** The buffer of that name, filled with an ArrayBuffer or a typed array. */
  filled(name, content) {
    const buffer = this.buffer(name, content.byteLength);
    this.device.queue.writeBuffer(buffer, 0, content);
    return buffer;
  }

  /** The parameters of a kernel as the buffer `name`. */
  parameters(kernel, name, values) {
    const layout = this.published.kernels[kernel].parameters;
    return this.filled(name, new Records(layout, 1).set(0, values).buffer);
  }

  /** The layout of a struct that a kernel uses. */
  struct(kernel, name) {
    return this.published.kernels[kernel].structs[name];
  }

  /** A kernel with its buffers, parameters first, to run `times` in a row. */
  dispatch(name, buffers, workgroups, times = 1) {
    const kernel = this.kernels[name];
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const group = this.device.createBindGroup({ layout: kernel.own, entries });
    return { kernel, group, workgroups, times };
  }

  /** Workgroups for `count` invocations. */
  groups(count) {
    return [Math.ceil(count / this.limits.workgroup)];
  }

  /** Run dispatches in one submission; return the first bytes of some buffers as ArrayBuffers. */
  async run(work, outputs) {
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { kernel, group, workgroups, times } of work) {
      pass.setPipeline(kernel.pipeline);
      pass.setBindGroup(0, group);
      if (kernel.family) pass.setBindGroup(1, this.family);
      for (let i = 0; i < times; i++) pass.dispatchWorkgroups(...workgroups);
    }
    pass.end();
    const copies = outputs.map(([buffer, size]) => {
      const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
      const copy = this.device.createBuffer({ size, usage });
      encoder.copyBufferToBuffer(buffer, 0, copy, 0, size);
      return copy;
    });
    this.device.queue.submit([encoder.finish()]);
    await Promise.all(copies.map((copy) => copy.mapAsync(GPUMapMode.READ)));
    return copies.map((copy) => {
      const found = copy.getMappedRange().slice(0);
      copy.destroy();
      return found;
    });
  }
}
