// Files on their way into instances: a few at once, the others wait for their turn. The browser reads each from its disk
// as it goes, so the page holds none of it.

const AT_ONCE = 3;
/** The server takes no more in one request, and a browser that is refused in the middle would not read why. */
const MOST = 64 * 1024 ** 3;

export class Uploads {
  #say;
  #waiting = [];
  #running = new Map();

  /** `say` hears `{ sent: { id, bytes } }`, `{ done: { id } }` and `{ failed: { id, reason } }`. */
  constructor(say) {
    this.#say = say;
  }

  get busy() {
    return this.#waiting.length + this.#running.size > 0;
  }

  /** `address` is asked for when it is the file's turn. */
  add(id, file, address) {
    if (file.size > MOST) return this.#say({ failed: { id, reason: "A file may have at most 64 GiB; use rsync for more." } });
    this.#waiting.push({ id, file, address });
    this.#next();
  }

  cancel(id) {
    this.#waiting = this.#waiting.filter((one) => one.id !== id);
    // Aborting says nothing: whoever asked for it knows.
    this.#running.get(id)?.abort();
    this.#over(id);
  }

  close() {
    this.#waiting = [];
    for (const id of [...this.#running.keys()]) this.cancel(id);
  }

  #next() {
    while (this.#running.size < AT_ONCE && this.#waiting.length > 0) this.#send(this.#waiting.shift());
  }

  #over(id) {
    this.#running.delete(id);
    this.#next();
  }

  #send({ id, file, address }) {
    const request = new XMLHttpRequest();
    this.#running.set(id, request);
    const end = (said) => {
      this.#say(said);
      this.#over(id);
    };
    const failed = (reason) => ({ failed: { id, reason } });
    request.upload.addEventListener("progress", ({ loaded }) => this.#say({ sent: { id, bytes: loaded } }));
    request.addEventListener("load", () => end(request.status < 300 ? { done: { id } } : failed(refusal(request.status, request.responseText))));
    request.addEventListener("error", () => end(failed("It could not be read, or the connection was lost. Nothing was changed in the instance.")));
    const begin = (at) => {
      request.open("PUT", at);
      request.send(file);
      this.#say({ sent: { id, bytes: 0 } });
    };
    const waited = (then) => (what) => this.#running.get(id) === request && then(what);
    address().then(waited(begin), waited(({ message }) => end(failed(message))));
  }
}

/** Ours are JSON; a proxy on the way answers with anything. */
export function refusal(status, text) {
  try {
    const { message } = JSON.parse(text);
    if (typeof message === "string") return message;
  } catch {}
  return `It was refused on the way, with status ${status}.`;
}
