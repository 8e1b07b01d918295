// What tasks that run at the same time print: each task's words stay together, in the order of the list.
import { AsyncLocalStorage } from 'node:async_hooks';

const section = new AsyncLocalStorage();

/** Where a command's output goes: to the section of the task that runs it, or outside of tasks to `stream`. */
export const outputOr = (stream) => section.getStore() ?? stream;

/** Prints a line into the section of the task that says it. */
export const say = (line) => void outputOr(process.stdout).write(`${line}\n`);

/**
 * A log of sections that are written at the same time. The first one that has not ended is printed as it is written;
 * those after it wait for their turn.
 */
export class OrderedLog {
  #stream;
  #sections;

  /**
   * `names` in the order in which their sections are printed.
   *
   * @param {string[]} names
   * @param {{write(text: string): unknown}} stream
   */
  constructor(names, stream = process.stdout) {
    this.#stream = stream;
    this.#sections = names.map((name) => ({ name, chunks: [], ended: false }));
  }

  /** Runs `body`; what it and all it waits for says goes to the section. The section ends when `body` does. */
  async write(name, body) {
    const own = this.#sections.find((one) => one.name === name);
    const write = (chunk) => {
      own.chunks.push(chunk);
      this.#print();
    };
    try {
      return await section.run({ write }, body);
    } finally {
      this.end(name);
    }
  }

  /** Ends a section, also one that was never written to. */
  end(name) {
    const own = this.#sections.find((one) => one.name === name);
    if (own) own.ended = true;
    this.#print();
  }

  #print() {
    while (this.#sections.length > 0) {
      const [first] = this.#sections;
      for (const chunk of first.chunks.splice(0)) this.#stream.write(chunk);
      if (!first.ended) return;
      this.#sections.shift();
    }
  }
}
