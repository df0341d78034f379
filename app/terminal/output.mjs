// From the socket onto the screen, no faster than it can be drawn: what is drawn is acknowledged, and the server
// waits for that, so nothing is kept here but what it let through.
import { acknowledgement } from "./frames.mjs";

/** Acknowledged at the latest after so many bytes. */
const WINDOW = 64 * 1024;

export class Output {
  #terminal;
  #send;
  #waiting = 0;
  #drawn = 0;
  #replay = 0;

  /** One for each connection: bytes of the last one are never acknowledged on this one. */
  constructor(terminal, send) {
    this.#terminal = terminal;
    this.#send = send;
  }

  /**
   * Before the first output. `again`: an old terminal is shown once more, so what is on the screen goes, in its turn
   * behind what is still being drawn. `replay` says how many bytes are old; without it, they are old until the
   * screen has caught up for the first time.
   */
  begin({ again, replay }) {
    if (!again) return;
    this.#replay = replay ?? Infinity;
    this.#terminal.write("", () => this.#terminal.reset());
  }

  /** Whether what is drawn now was drawn before, so that a question in it was answered before. */
  get replaying() {
    return this.#replay > 0;
  }

  write(bytes) {
    this.#waiting += bytes.length;
    this.#terminal.write(bytes, () => this.#done(bytes.length));
  }

  #done(length) {
    this.#waiting -= length;
    this.#drawn += length;
    this.#replay = this.#replay === Infinity && this.#waiting === 0 ? 0 : Math.max(0, this.#replay - length);
    if (this.#drawn < WINDOW && this.#waiting > 0) return;
    this.#send(acknowledgement(this.#drawn));
    this.#drawn = 0;
  }
}
