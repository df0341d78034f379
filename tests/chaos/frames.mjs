// WebSocket frames as they stand on the wire (RFC 6455, section 5.2).

/** Cuts a stream of bytes into frames, header and all. */
export class Splitter {
  constructor() {
    this.rest = Buffer.alloc(0);
  }

  push(data) {
    this.rest = Buffer.concat([this.rest, data]);
    const frames = [];
    for (let length; (length = whole(this.rest)) <= this.rest.length; ) {
      frames.push(this.rest.subarray(0, length));
      this.rest = this.rest.subarray(length);
    }
    return frames;
  }
}

/** How long the frame is that begins there; infinite while its header is not complete. */
function whole(bytes) {
  if (bytes.length < 2) return Infinity;
  const [masked, short] = [bytes[1] >> 7, bytes[1] & 127];
  const head = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + masked * 4;
  if (bytes.length < head) return Infinity;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  return head + length;
}

export const isText = (frame) => (frame[0] & 15) === 1;

/** A text frame; those to a server are masked, here with zeros. `announced` is the length that its header tells. */
export function text(payload, masked, announced = payload.length) {
  const head = Buffer.alloc(10);
  head[0] = 0x81;
  head[1] = 127 | (masked ? 128 : 0);
  head.writeBigUInt64BE(BigInt(announced), 2);
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), Buffer.from(payload)]);
}
