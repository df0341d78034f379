// What the meter of a node's link shows, against a cable of known rate and loss.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Lab } from "../../chaos/lab.mjs";
import { until, World } from "../../harness.mjs";

const root = process.getuid() === 0;
const skip = root ? false : "it needs root: it makes a network of its own";
const MBIT = 1e6 / 8;
const RATE = 50;

describe("the meter of a link", { skip }, () => {
  let lab, world, node, path, whole;

  before(async () => {
    lab = await Lab.open();
    world = await World.open({ host: lab.host });
    node = await world.register("far", { address: lab.address });
    Object.assign(node, { host: lab.address, bind: lab.address, inside: lab.inside });
    await lab.segments();
    await lab.line(`${RATE}mbit`);
    await node.start();
    path = `/nodes/${node.id}`;
  });
  after(async () => {
    await whole?.();
    await world?.close();
    await lab?.close();
  });

  const measure = async () => {
    const measured = await world.admin.post(`${path}/measure`);
    const [to, from] = [measured.to_node, measured.from_node].map((one) => one.bytes_per_second / MBIT);
    console.log(`# measured: ${to.toFixed(1)} Mbit/s to the node, ${from.toFixed(1)} Mbit/s from it`);
    await counted();
    return { measured, to, from };
  };
  const flows = () => world.admin.get(path).then((view) => view.flows);
  const rates = async (what, are) =>
    until(`the link ${what}`, async () => {
      const { to_node, from_node } = await flows();
      const seen = [to_node, from_node].map((one) => one.bytes_per_second);
      if (are(seen)) return seen;
      throw new Error(`it carries ${seen} bytes per second`);
    }, 30);
  /** Waits until all that was sent is told, so that what is sent next is not mixed with it. */
  const counted = async () => {
    await rates("was busy", (seen) => seen.some((rate) => rate > MBIT));
    await rates("rests again", (seen) => seen.every((rate) => rate < MBIT));
  };
  /** Waits until the loss of both directions is of that kind. */
  const loss = (what, is) =>
    until(`the loss is ${what}`, async () => {
      const { to_node, from_node } = await flows();
      const seen = [to_node, from_node].map((one) => one.loss_percent);
      if (seen.every((percent) => percent !== null && is(percent))) return seen;
      throw new Error(`it is ${seen}`);
    }, 30);

  /** A machine that stands still for a moment sends again what was not lost, and that counts, too: what is sent next tells. */
  const none = async () => {
    for (let tries = 1; ; tries++) {
      try {
        return await loss("none", (percent) => percent < 0.5);
      } catch (error) {
        if (tries === 3) throw error;
        await measure();
      }
    }
  };

  test("what flows is known soon, and of its loss nothing is said before enough was sent", async () => {
    const seen = await until("something flows", async () => {
      const now = await flows();
      return now?.to_node.bytes_per_second > 0 && now.from_node.bytes_per_second > 0 && now;
    }, 30);
    assert.equal(seen.to_node.loss_percent, null);
    assert.equal(seen.from_node.loss_percent, null);
    assert.ok(seen.from_node.bytes_per_second < MBIT, "a channel at rest takes next to nothing");
  });

  test("a clean line of a known rate is measured as such, without loss", async () => {
    const { measured, to, from } = await measure();
    for (const rate of [to, from]) assert.ok(rate > 0.7 * RATE && rate < 1.05 * RATE, `${rate} Mbit/s on a line of ${RATE}`);
    for (const one of [measured.to_node, measured.from_node]) assert.ok(one.milliseconds <= 3_100 && one.bytes > 0, JSON.stringify(one));
    assert.deepEqual((await world.admin.get(path)).measurement, measured, "its page shows the same");
    const seen = await none();
    console.log(`# without loss: ${seen.join(" % and ")} %`);
  });

  test("segments that the line loses are told in both directions, also where an instance is explained", async () => {
    whole = await lab.lossy(0.05);
    await measure();
    const seen = await loss("near that of the line", (percent) => percent > 2.5 && percent < 15);
    console.log(`# with 5 % lost: ${seen.join(" % and ")} %`);
    await world.ada.addKey();
    const { id } = await world.ada.create("web-1");
    const { evidence } = await world.ada.api.get(`/instances/${id}/explain`);
    const said = evidence.map(({ text }) => text).join("\n");
    assert.match(said, /^Traffic on the link to far now: to it (.*bit\/s|next to none), [0-9.]+ % lost; from it (.*bit\/s|next to none), [0-9.]+ % lost\.$/m);
    assert.match(said, /^A measurement of the link to far reached [0-9.]+ [kM]bit\/s to it and [0-9.]+ [kM]bit\/s from it\.$/m);
    await world.ada.phase(id, "running");
  });

  test("a line that is whole again is soon told to be", async () => {
    await whole();
    whole = undefined;
    await measure();
    await none();
  });

  test("one measurement at a time, by whoever manages the node, while it is there", async () => {
    const both = await Promise.all([1, 2].map(() => world.admin.call("POST", `${path}/measure`)));
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
    const bob = await world.signUp("bob");
    assert.equal((await bob.api.call("POST", `${path}/measure`)).status, 403, "it is not theirs");
    assert.equal((await world.admin.call("POST", "/nodes/n-0000000000000000/measure")).status, 404);
    await node.end("SIGKILL");
    const away = await until("the node is away", async () => {
      const answer = await world.admin.call("POST", `${path}/measure`);
      return answer.status === 503 && answer;
    });
    assert.match(away.body.message, /^The link to far could not be measured: .+/);
    assert.ok((await world.admin.get(path)).measurement, "the last result stays");
    await node.start();
    await until("it can be measured again", async () => (await world.admin.call("POST", `${path}/measure`)).status === 200, 30);
  });
});
