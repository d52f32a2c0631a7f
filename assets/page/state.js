// What the reader can change, and the newest request alone is computed.

/** Calls `compute(request)` for the newest request; `show(request, answer)` when it is there. */
export class Newest {
  constructor(compute, show, late) {
    this.compute = compute;
    this.show = show;
    this.late = late;
    this.waiting = null;
    this.running = null;
  }

  /** Ask for a request; one that waits is replaced. */
  ask(request) {
    this.waiting = request;
    if (!this.running) this.running = this.work().finally(() => { this.running = null; });
    return this.running;
  }

  async work() {
    while (this.waiting) {
      const request = this.waiting;
      this.waiting = null;
      const slow = setTimeout(() => this.late(this.waiting ?? request), 150);
      try {
        this.show(request, await this.compute(request));
      } finally {
        clearTimeout(slow);
      }
    }
  }
}
