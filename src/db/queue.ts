/** Work that is done one piece after the other, whether or not those before it failed. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** Begins the work when all that was added before is done; gives what it gives. */
  add<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all that was added until now is done. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
