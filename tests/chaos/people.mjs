// People who keep asking, and what they were promised: the model that everything is compared with.
import { pause } from "../harness.mjs";

const PER_PERSON = 4;
/** Few, so that a name is taken again while what had it is still being deleted. */
const NAMES = 6;

class Violation extends Error {}

export class People {
  /** `random` gives 0 to 1. */
  constructor(persons, random) {
    Object.assign(this, { persons, random, acknowledged: 0, asked: 0, promised: new Map(), creates: 0, violations: [], busy: false });
  }

  /** Begins to ask, until `rest`. */
  work() {
    this.busy = true;
    this.touched = new Set();
    this.violations = [];
    this.workers = this.persons.map((person) => this.#keepAsking(person));
  }

  /** Nobody asks any more, and every create has its answer. */
  async rest() {
    this.busy = false;
    await Promise.all(this.workers ?? []);
  }

  async #keepAsking(person) {
    while (this.busy) {
      await this.#ask(person).catch((error) => error instanceof Violation && this.violations.push({ kind: "doubled", what: error.message }));
      await pause(40 + this.random() * 120);
    }
  }

  /** Somebody else stops instances: either wish may be the one that holds. */
  wishesMayChange() {
    for (const one of this.promised.values()) one.wishes.add("stopped");
  }

  /** Nobody asked anything of it since work began. */
  isUntouched(id) {
    return !this.touched.has(id);
  }

  own(person) {
    return [...this.promised.values()].filter((one) => one.person === person && !one.deleted);
  }

  async #ask(person) {
    const own = this.own(person);
    const wanted = this.random();
    if (own.length === 0 || (own.length < PER_PERSON && wanted < 0.3)) return this.#create(person);
    const one = own[Math.floor(this.random() * own.length)];
    const verb = wanted < 0.15 ? "delete" : ["start", "start", "stop", "restart"][Math.floor(this.random() * 4)];
    this.asked++;
    this.touched.add(one.id);
    if (verb === "delete") one.mayGo = true;
    // Until it is answered, it may have been carried out or not.
    const wish = { start: "running", stop: "stopped" }[verb];
    if (wish) one.wishes.add(wish);
    const answer = verb === "delete"
      ? await person.api.call("DELETE", `/instances/${one.id}`)
      : await person.api.call("POST", `/instances/${one.id}/${verb}`);
    if (answer.status >= 300) return;
    this.acknowledged++;
    if (verb === "delete") one.deleted = true;
    else if (wish) one.wishes = new Set([wish]);
  }

  /** Sent again with the same key until it is answered: that is what the key is for. */
  async #create(person) {
    const name = `c-${Math.floor(this.random() * NAMES)}`;
    const headers = { "idempotency-key": `${person.username}-${++this.creates}` };
    for (let tries = 0; tries < 400; tries++) {
      this.asked++;
      const answer = await person.api.call("POST", "/instances", { name, image: "debian-12" }, headers).catch(() => undefined);
      if (answer && answer.status < 300) {
        this.acknowledged++;
        const { id } = answer.body;
        if (this.promised.has(id)) throw new Violation(`${id} was given out twice`);
        this.promised.set(id, { id, name, person, wishes: new Set(["running"]) });
        return;
      }
      // Refused for good: no room, no node, a name in use.
      if (answer && answer.status < 500 && answer.status !== 429) return;
      await pause(250);
    }
  }
}
