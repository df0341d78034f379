// From the keyboard to the socket, in pieces: a large paste must not stand in the way of Ctrl+C, nor fill the memory
// of a socket whose other end reads slowly.
import { input } from "./frames.mjs";

const PIECE = 4 * 1024;
const FULL = 64 * 1024;
/** A socket does not say when it has room again, so it is asked. */
const ASK_AGAIN = 20;

export class Typing {
  #socket;
  #pieces = [];
  #timer;

  constructor(socket) {
    this.#socket = socket;
  }

  type(bytes) {
    for (let at = 0; at < bytes.length; at += PIECE) this.#pieces.push(bytes.subarray(at, at + PIECE));
    if (this.#timer === undefined) this.#flow();
  }

  #flow() {
    this.#timer = undefined;
    while (this.#pieces.length > 0 && this.#socket.bufferedAmount <= FULL) this.#socket.send(input(this.#pieces.shift()));
    if (this.#pieces.length > 0) this.#timer = setTimeout(() => this.#flow(), ASK_AGAIN);
  }

  /** The socket is gone: what was not sent is dropped, because later it would be typed into another situation. */
  stop() {
    clearTimeout(this.#timer);
    this.#pieces = [];
  }
}
