// A node as anybody with an account can run one: it speaks the channel, runs nothing, and says whatever it likes.
import { onFrames, sendFrame, upgrade } from "./live.mjs";
import { until } from "./wait.mjs";

export class LyingNode {
  constructor(base, key) {
    Object.assign(this, { base, key, heard: [], sockets: [], sequence: 0 });
  }

  async connect(hello) {
    const { status, socket, head } = await upgrade(this.base, "/api/v1/channel", { authorization: `Bearer ${this.key}` });
    if (status !== 101) throw new Error(`the channel was answered with ${status}`);
    this.socket = socket;
    socket.on("error", () => {});
    onFrames(socket, head, ({ opcode, payload }) => {
      if (opcode === 1) this.heard.push(JSON.parse(payload));
      if (opcode === 9) sendFrame(socket, payload, 10);
    });
    this.say({ type: "hello", version: 1, machine: "a-machine", cluster: null, era: 0, generation: 0, ...hello });
    const answer = await until("the node is answered", () => this.heard.find(({ type }) => ["welcome", "refused"].includes(type)));
    if (answer.type === "refused") return answer;
    this.epoch = answer.epoch;
    return answer;
  }

  say(message) {
    sendFrame(this.socket, JSON.stringify(message));
  }

  /** From here on it says that of its machine, as often as a server wants to hear it. */
  heartbeat(facts) {
    clearInterval(this.beat);
    const beat = () => this.say({ type: "heartbeat", epoch: this.epoch, facts });
    beat();
    this.beat = setInterval(beat, 2_000);
  }

  /** The newest assignment. */
  get assignment() {
    return this.heard.findLast(({ assignment }) => assignment)?.assignment;
  }

  report(instances, strangers = []) {
    this.sequence += 1;
    this.say({ type: "report", epoch: this.epoch, sequence: this.sequence, assignment: this.assignment.generation, instances, strangers });
  }

  /** Brings a data socket, and says that to whatever is asked on it. */
  async stream(...answers) {
    const headers = { upgrade: "dockhost-stream", authorization: `Bearer ${this.key}`, "x-dockhost-epoch": this.epoch };
    const { status, socket } = await upgrade(this.base, "/api/v1/stream", headers);
    if (status !== 101) throw new Error(`the data socket was answered with ${status}`);
    this.sockets.push(socket);
    socket.on("error", () => {});
    socket.once("data", () => {
      for (const answer of answers) {
        const text = Buffer.from(JSON.stringify(answer));
        const length = Buffer.alloc(4);
        length.writeUInt32BE(text.length);
        socket.write(Buffer.concat([length, text]));
      }
    });
  }

  close() {
    clearInterval(this.beat);
    for (const socket of [this.socket, ...this.sockets]) socket?.destroy();
  }
}
