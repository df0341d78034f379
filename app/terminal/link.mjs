// The way to one terminal on the server: asks for a ticket, opens a socket with it, and does so again whenever that
// is lost, until the terminal has ended or nobody looks at it any more.
import { read, resize } from "./frames.mjs";
import { Output } from "./output.mjs";
import { Typing } from "./typing.mjs";

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;
/** A socket that says nothing for so long after it was asked for is given up. */
const PATIENCE = 15_000;

/** How the server tells a person who closed a terminal, which ends it, from one who went to another page. */
const CLOSED_BY_PERSON = 1000;
const LEFT_OPEN = 4000;

export class Link {
  #options;
  #screen;
  #id;
  #socket;
  #output;
  #typing;
  #timer;
  #failures = 0;
  #since;
  #over = false;

  /** `screen` is the xterm terminal. For `options` see `terminal.mjs`. */
  constructor(screen, options) {
    this.#screen = screen;
    this.#options = options;
    this.#id = options.terminal ?? null;
    this.#attempt("connecting");
  }

  get replaying() {
    return this.#output?.replaying ?? false;
  }

  type(bytes) {
    this.#typing?.type(bytes);
  }

  resize() {
    if (this.#typing) this.#socket.send(resize(this.#size()));
  }

  /** `ended`: the terminal shall end; otherwise it waits on the server for somebody to come back. */
  close(ended) {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#detach();
    this.#socket?.close(ended ? CLOSED_BY_PERSON : LEFT_OPEN);
  }

  #size() {
    return { columns: this.#screen.cols, rows: this.#screen.rows };
  }

  async #attempt(name) {
    this.#options.onState({ name });
    const { columns, rows } = this.#size();
    try {
      const ticket = await this.#options.ticket(this.#id, columns, rows);
      if (!this.#over) this.#open(this.#options.socket(ticket));
    } catch (error) {
      if (this.#over) return;
      // A refusal stands; a server that could not be reached is asked again.
      if (error.again) this.#later(error.message);
      else this.#end(error.message);
    }
  }

  #open(address) {
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lost(socket), PATIENCE);
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket && !this.#over) this.#hear(read(data), socket);
    });
    socket.addEventListener("close", () => this.#lost(socket));
  }

  #hear({ state, output, end, taken }, socket) {
    if (state) this.#attach(state, socket);
    else if (output) this.#output?.write(output);
    else if (taken !== undefined) this.#typing?.taken(taken);
    else if (end?.resumable) this.#lost(socket);
    else if (end) this.#end(end.reason);
  }

  #attach({ terminal, again, replay }, socket) {
    clearTimeout(this.#timer);
    this.#id = terminal;
    this.#since = performance.now();
    // The callback of a write may come after the socket has gone.
    this.#output = new Output(this.#screen, (frame) => socket.readyState === WebSocket.OPEN && socket.send(frame));
    this.#output.begin({ again, replay });
    this.#typing = new Typing(socket);
    // The window may have changed since the ticket was asked for.
    this.resize();
    this.#options.onTerminal(terminal, again);
    this.#options.onState({ name: "attached" });
  }

  #detach() {
    this.#typing?.stop();
    this.#typing = undefined;
  }

  #lost(socket) {
    if (socket !== this.#socket || this.#over) return;
    this.#drop();
    // What held for a while failed for the first time; what is lost at once again waits longer each time.
    if (this.#since !== undefined && performance.now() - this.#since > LONGEST_PAUSE) this.#failures = 0;
    this.#since = undefined;
    this.#later();
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#detach();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(LEFT_OPEN);
  }

  /** Never the same time for two terminals, so that a server that comes back is not met by all of them at once. */
  #later(reason) {
    const pause = Math.min(FIRST_PAUSE * 2 ** this.#failures++, LONGEST_PAUSE);
    this.#options.onState({ name: "reconnecting", reason });
    this.#timer = setTimeout(() => this.#attempt("reconnecting"), pause * (0.5 + Math.random() / 2));
  }

  #end(reason) {
    this.#over = true;
    this.#drop();
    this.#options.onState({ name: "ended", reason });
  }
}
