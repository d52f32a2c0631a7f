// Of many requests only the newest waits while one is computed.

const LATE = 150; // milliseconds after which an answer is late

/** `compute(request)` for the newest request, then `show(request, answer)`; `late(request)` if slow. */
export class Newest {
  constructor(compute, show, late) {
    Object.assign(this, { compute, show, late });
    this.waiting = null;
    this.running = null;
  }

  /** Ask for a request in place of one that waits; resolves when nothing waits any more. */
  ask(request) {
    this.waiting = request;
    this.running ??= this.work().finally(() => { this.running = null; });
    return this.running;
  }

  /** Drop what waits; resolves when what runs has ended, well or not. */
  async stop() {
    this.waiting = null;
    await this.running?.catch(() => {});
  }

  async work() {
    while (this.waiting) {
      const request = this.waiting;
      this.waiting = null;
      const slow = setTimeout(() => this.late(this.waiting ?? request), LATE);
      try {
        this.show(request, await this.compute(request));
      } finally {
        clearTimeout(slow);
      }
    }
  }
}
