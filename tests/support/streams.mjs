// Many streams at once, each with bytes of its own in both directions: whoever receives one knows every byte that must
// come, so that a byte of another stream, a missing one and one too many are all seen.
import { spawn } from "node:child_process";
import { createCipheriv, createHash } from "node:crypto";
import net from "node:net";

import { freePort, isOpen } from "./ports.mjs";
import { until } from "./wait.mjs";

/** A port that is declared for every instance. */
export const PORT = 80;
const LOG = "/root/streams.log";
/** How long a stream that has carried everything may take to close, also over a cable that is cut meanwhile. */
const CLOSES_WITHIN = 30_000;
const ZEROS = Buffer.alloc(64 << 10);

/** The bytes of one stream in one direction: the key stream of a cipher, the same wherever it is made. */
const key = (seed, id, way) => createHash("sha256").update(`${seed} ${id} ${way}`).digest("hex").slice(0, 32);
const bytesOf = (key) => createCipheriv("aes-128-ctr", Buffer.from(key, "hex"), Buffer.alloc(16));

/** How many bytes are not what they must be. */
function wrong(seen, wanted) {
  if (seen.equals(wanted)) return 0;
  return seen.reduce((count, byte, at) => count + (byte !== wanted[at]), 0);
}

/** Said by the instance when it knows what is wanted, by us when it may begin, and by it when everything has come. */
const [KNOWN, GO, HAVE] = ["+", "go\n", "."];

/** Listens in the instance. The first line of a connection says which bytes come and which are to be sent, and whose it is
    meant to be; what came is written down, because a stream that breaks off can tell nobody. */
export const RECEIVER = `
use strict; use IO::Socket::INET;
my $listener = IO::Socket::INET->new(Listen => 256, LocalAddr => "0.0.0.0", LocalPort => ${PORT}, ReuseAddr => 1) or die;
chomp(my $me = \`hostname\`);
$SIG{CHLD} = "IGNORE";
sub note { open my $log, ">>", "${LOG}" or die; syswrite $log, "@_\\n"; }
sub stream { "openssl enc -aes-128-ctr -K $_[0] -iv 00000000000000000000000000000000 -in /dev/zero 2>/dev/null | head -c $_[1]" }
sub line { my $line = ""; while (sysread $_[0], my $byte, 1) { $line .= $byte; last if $byte eq "\\n" } $line }
while (1) {
  my $socket = $listener->accept or next;
  if (fork) { close $socket; next }
  close $listener;
  $SIG{CHLD} = "DEFAULT";
  exit unless line($socket) =~ /^(\\S+) (\\S+) ([0-9a-f]{32}) ([0-9a-f]{32}) ([0-9]+)\\n$/;
  my ($id, $name, $in, $out, $size) = ($1, $2, $3, $4, $5);
  note("begun", $id, $name eq $me ? "here" : "astray");
  my ($got, $bad) = (0, 0);
  syswrite $socket, "${KNOWN}";
  if (line($socket) eq "go\\n") {
    my $sender = fork;
    if (!$sender) { open STDOUT, ">&", $socket; exec "sh", "-c", stream($out, $size) }
    open my $wanted, "-|", stream($in, $size) or die;
    while (my $count = sysread $socket, my $seen, 65536) {
      my $want = "";
      while (length $want < $count) { read $wanted, $want, $count - length $want, length $want or last }
      if ($want ne $seen) { my $differs = $want ^ $seen; $bad += $differs =~ tr/\\0//c || 1 }
      $got += $count;
    }
    note("ended", $id, $got, $bad);
    waitpid $sender, 0;
    syswrite $socket, "${HAVE}" if $got == $size && !$bad;
  } else {
    note("ended", $id, $got, $bad);
  }
  exit;
}
`;

/** A jump host's stream to the instance: a connection of its own, which the gateway carries as it is. */
export function byJump(client, name) {
  const running = new Set();
  return {
    kind: "jump",
    name,
    open() {
      const child = spawn("ssh", [...client.options, "-W", `${name}:${PORT}`, "lobby@dockhost"], { stdio: ["pipe", "pipe", "pipe"] });
      const lane = { from: child.stdout, to: child.stdin, said: "", end: () => child.kill() };
      child.stderr.on("data", (data) => (lane.said += data));
      lane.closed = new Promise((resolve) => child.on("close", resolve)).finally(() => running.delete(child));
      running.add(child);
      return lane;
    },
    close: () => running.forEach((child) => child.kill()),
  };
}

/** A port that one client forwards into the instance: its streams share one connection and one login. */
export async function byForward(client, name) {
  const forward = {
    kind: "forward",
    name,
    begun: 0,
    async open() {
      await (forward.starting ??= forward.start().finally(() => (forward.starting = undefined)));
      const socket = net.connect({ port: forward.port, host: "127.0.0.1" });
      return { from: socket, to: socket, said: "", end: () => socket.destroy(), closed: new Promise((resolve) => socket.on("close", resolve)) };
    },
    async start() {
      if (forward.ssh && forward.ssh.child.exitCode === null && !forward.stale) return;
      await forward.ssh?.end();
      forward.stale = false;
      forward.begun += 1;
      forward.port = await freePort();
      forward.ssh = client.stay(["-N", "-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=5", "-L", `${forward.port}:127.0.0.1:${PORT}`, `${name}@dockhost`]);
      await until(`the forward to ${name} listens`, () => isOpen(forward.port), 30);
    },
    close: () => forward.ssh?.end(),
  };
  return forward;
}

export class Streams {
  constructor({ seed, piece }) {
    Object.assign(this, { seed, piece, begun: new Map(), received: 0, wrong: 0, whole: 0, broken: 0, running: new Set(), refused: new Map(), unclosed: 0, open: 0, most: 0, together: false });
  }

  /** Streams over every way at once, until so many bytes have gone through each way in whole ones, in each direction. */
  async carry(ways, share) {
    // Nobody goes on before all have begun, so that there really are as many at once.
    let waiting = 0;
    let go;
    const all = new Promise((resolve) => (go = resolve));
    const ready = () => {
      waiting += 1;
      this.together = waiting === ways.length;
      if (this.together) go();
      return all;
    };
    await Promise.all(ways.map((way, number) => this.#lane(way, share, number, ready)));
  }

  /** Those to that instance which carry bytes at the moment. */
  underWay(name) {
    return [...this.running].filter((seen) => seen.name === name && seen.moved > 0);
  }

  /** One after the other. */
  async #lane(way, share, number, ready) {
    for (let done = 0, attempt = 0; done < share && !this.over; attempt++) {
      const size = Math.min(this.piece, share - done);
      if (await this.#stream(way, `${number}.${attempt}`, size, attempt === 0 ? ready : () => {})) done += size;
    }
  }

  async #stream(way, id, size, ready) {
    const lane = await way.open();
    this.most = Math.max(this.most, ++this.open);
    const [up, down] = [key(this.seed, id, "up"), key(this.seed, id, "down")];
    const seen = { name: way.name, moved: 0, done: false, broken: false };
    this.begun.set(id, seen);
    this.running.add(seen);
    for (const end of [lane.from, lane.to]) end.on("error", () => {});
    const known = new Promise((resolve) => (seen.known = resolve));
    this.#check(lane, seen, size, bytesOf(down));
    lane.to.write(`${id} ${way.name} ${up} ${down} ${size}\n`);
    if (await Promise.race([known.then(() => true), lane.closed])) await Promise.race([ready(), lane.closed]);
    this.#send(lane, size, bytesOf(up));
    await lane.closed;
    clearTimeout(seen.patience);
    this.open -= 1;
    this.running.delete(seen);
    Object.assign(seen, { done: true, broken: !seen.whole && seen.moved > 0 });
    if (seen.whole) this.whole += 1;
    else if (seen.broken) this.broken += 1;
    else this.#refused(way, lane);
    return seen.whole;
  }

  /** What comes: the instance's word that it knows the stream, the bytes, and its word that it has every one of ours. */
  #check(lane, seen, size, expected) {
    const take = (data) => {
      const more = Math.min(data.length, size - seen.moved);
      const wanted = more <= ZEROS.length ? ZEROS.subarray(0, more) : Buffer.alloc(more);
      this.wrong += wrong(data.subarray(0, more), expected.update(wanted));
      seen.moved += more;
      this.received += more;
      return data.subarray(more);
    };
    let waits = true;
    lane.from.on("data", (data) => {
      let rest = data;
      if (waits) {
        waits = false;
        this.wrong += wrong(rest.subarray(0, 1), Buffer.from(KNOWN));
        rest = rest.subarray(1);
        seen.known();
      }
      rest = take(rest);
      if (rest.length === 0) return;
      // More than was asked for belongs to nobody here.
      this.wrong += wrong(rest.subarray(0, 1), Buffer.from(HAVE)) + rest.length - (seen.whole ? 0 : 1);
      seen.whole = true;
      // A stream that stays open although both have said everything is a failure of its own, and must not hide others.
      seen.patience ??= setTimeout(() => ((this.unclosed += 1), lane.end()), CLOSES_WITHIN);
    });
  }

  #send(lane, size, sending) {
    lane.to.write(GO);
    let sent = 0;
    const push = () => {
      while (sent < size && !lane.to.destroyed) {
        const more = Math.min(ZEROS.length, size - sent);
        sent += more;
        if (!lane.to.write(sending.update(ZEROS.subarray(0, more)))) return;
      }
      if (sent >= size && !lane.to.writableEnded) lane.to.end();
    };
    lane.to.on("drain", push);
    push();
  }

  /** One that carried nothing at all. A shared connection that does so is made anew. */
  #refused(way, lane) {
    way.stale = true;
    const why = `${way.kind}: ${lane.said.trim() || "closed"}`;
    this.refused.set(why, (this.refused.get(why) ?? 0) + 1);
  }

  /** What the instances received. A connection that goes on there although nobody has the other end is left open. */
  async inside(read, names, seconds) {
    let lines, open;
    await until("every stream has ended inside its instance", async () => {
      lines = [];
      for (const name of names) lines.push(...(await read(name, `cat ${LOG}`)).trim().split("\n").map((line) => [name, ...line.split(" ")]));
      const ended = new Set(lines.filter(([, kind]) => kind === "ended").map(([, , id]) => id));
      open = lines.filter(([, kind, id]) => kind === "begun" && !ended.has(id));
      return open.length === 0;
    }, seconds).catch((error) => open.length > 0 || Promise.reject(error));
    const of = (kind) => lines.filter(([, seen]) => seen === kind);
    const sum = (all, at) => all.reduce((total, line) => total + Number(line[at]), 0);
    const astray = of("begun").filter(([name, , id, where]) => where !== "here" || this.begun.get(id)?.name !== name);
    return { received: sum(of("ended"), 3), wrong: sum(of("ended"), 4), astray, open };
  }
}
