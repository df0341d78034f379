// From the keyboard to the socket, in pieces, and never far ahead of what the terminal has taken: a large paste must not
// fill anybody's memory on the way to a program that reads slowly.
import { input } from "./frames.mjs";

const PIECE = 4 * 1024;
/** Bytes on the way; the node cuts off who sends twice as much. */
const MOST = 96 * 1024;

export class Typing {
  #socket;
  #pieces = [];
  #underWay = 0;

  constructor(socket) {
    this.#socket = socket;
  }

  type(bytes) {
    for (let at = 0; at < bytes.length; at += PIECE) this.#pieces.push(bytes.subarray(at, at + PIECE));
    this.#flow();
  }

  /** So many bytes have arrived where they are read. */
  taken(bytes) {
    this.#underWay -= bytes;
    this.#flow();
  }

  #flow() {
    while (this.#pieces.length > 0 && this.#underWay < MOST) {
      const piece = this.#pieces.shift();
      this.#underWay += piece.length;
      this.#socket.send(input(piece));
    }
  }

  /** The socket is gone: what was not sent is dropped, because later it would be typed into another situation. */
  stop() {
    this.#pieces = [];
  }
}
