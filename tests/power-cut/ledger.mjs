// What the server has promised about tokens. Each has a name that is used once.

export class Ledger {
  /** Promised to be there: name to id. */
  there = new Map();
  /** Asked for, made or deleted, and not acknowledged: either is right. */
  open = new Set();
  /** When each name was acknowledged last since the start. */
  #answered = new Map();
  acknowledged = 0;
  names = 0;

  create() {
    const name = `cut-${++this.names}`;
    this.open.add(name);
    return name;
  }

  created(name, id) {
    this.open.delete(name);
    this.there.set(name, id);
    this.#acknowledge(name);
  }

  delete(name) {
    const id = this.there.get(name);
    this.there.delete(name);
    this.open.add(name);
    return id;
  }

  deleted(name) {
    this.open.delete(name);
    this.#acknowledge(name);
  }

  #acknowledge(name) {
    this.#answered.set(name, process.hrtime.bigint());
    this.acknowledged++;
  }

  /** Answers that nobody could have had, because there was no power any more, promise nothing. Says how many. */
  cut(moment) {
    const late = [...this.#answered].filter(([, at]) => at >= moment).map(([name]) => name);
    for (const name of late) {
      this.there.delete(name);
      this.open.add(name);
    }
    this.acknowledged -= late.length;
    this.#answered.clear();
    return late.length;
  }

  /** Compares with what the server lists after a start. What was open is settled by what is seen. */
  check(listed) {
    const seen = new Map(listed.map(({ name, id }) => [name, id]));
    const lost = [...this.there].filter(([name, id]) => seen.get(name) !== id).map(([name]) => name);
    const cameBack = [...seen.keys()].filter((name) => !this.there.has(name) && !this.open.has(name));
    this.there = seen;
    this.open.clear();
    return { lost, cameBack };
  }
}
