// What client and server say to each other: binary frames whose first byte is their kind.

const TO_SERVER = { input: 0, resize: 1, acknowledgement: 2 };
const FROM_SERVER = ["output", "state", "end", "taken"];

/** What a person typed, as bytes. */
export function input(bytes) {
  const frame = new Uint8Array(1 + bytes.length);
  frame[0] = TO_SERVER.input;
  frame.set(bytes, 1);
  return frame;
}

export function resize({ columns, rows }) {
  const frame = new DataView(new ArrayBuffer(5));
  frame.setUint8(0, TO_SERVER.resize);
  frame.setUint16(1, columns);
  frame.setUint16(3, rows);
  return frame;
}

/** How many bytes of output were drawn since the last one; the server sends only so far ahead of it. */
export function acknowledgement(bytes) {
  const frame = new DataView(new ArrayBuffer(5));
  frame.setUint8(0, TO_SERVER.acknowledgement);
  frame.setUint32(1, bytes);
  return frame;
}

/** `{ output }`, `{ state }`, `{ end }`, `{ taken }` as a number of bytes of input, or nothing for a kind that only a newer server knows. */
export function read(buffer) {
  const kind = FROM_SERVER[new Uint8Array(buffer, 0, 1)[0]];
  const body = new Uint8Array(buffer, 1);
  if (kind === undefined) return {};
  if (kind === "taken") return { taken: new DataView(buffer).getUint32(1) };
  return { [kind]: kind === "output" ? body : JSON.parse(new TextDecoder().decode(body)) };
}
