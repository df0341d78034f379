// What is between the server and the nodes.
import { pause } from "../../harness.mjs";
import { healed } from "./heal.mjs";

const link = (chaos) => chaos.pick(chaos.world.nodes).link;
const toServer = (chaos) => ["-p", "tcp", "-d", chaos.lab.host];
const fromServer = (chaos) => ["-p", "tcp", "-s", chaos.lab.host];

/** For a while. */
async function during(chaos, most, heal) {
  await pause(500 + chaos.random() * most);
  await heal();
  return healed;
}

export const network = {
  "a link is cut": async (chaos) => {
    link(chaos).cut();
    return healed;
  },
  "a link goes dead": async (chaos) => {
    const one = link(chaos);
    one.die();
    await pause(chaos.random() * 6000);
    return async () => one.revive();
  },
  "a link comes and goes": async (chaos) => {
    const one = link(chaos);
    for (let times = 0; times < 10; times++) {
      one.cut();
      await pause(300);
    }
    return healed;
  },
  "frames arrive twice": async (chaos) => {
    const one = link(chaos);
    one.twice = true;
    return async () => (one.twice = false);
  },
  "frames arrive late": async (chaos) => {
    const one = link(chaos);
    one.late = 2000;
    await pause(chaos.random() * 4000);
    return async () => one.revive();
  },
  "frames of earlier connections arrive": async (chaos) => {
    for (const { link } of chaos.world.nodes) link.replay();
    return healed;
  },
  "a frame is torn": async (chaos) => {
    link(chaos).torn = true;
    return healed;
  },
  "frames without a meaning arrive": async (chaos) => {
    link(chaos).babble();
    return healed;
  },
  "a frame over every limit arrives": async (chaos) => {
    link(chaos).shout();
    return healed;
  },
  "a link is slow": async (chaos) => {
    const one = link(chaos);
    one.slow = true;
    await pause(chaos.random() * 8000);
    return async () => one.revive();
  },
  "the cable is pulled": async (chaos) => {
    await chaos.lab.unplug();
    return during(chaos, 18_000, () => chaos.lab.plug());
  },
  "nothing reaches the server": async (chaos) => during(chaos, 16_000, await chaos.lab.rule("OUTPUT", ...toServer(chaos), "-j", "DROP")),
  "nothing reaches the nodes": async (chaos) => during(chaos, 16_000, await chaos.lab.rule("INPUT", ...fromServer(chaos), "-j", "DROP")),
  "connections are reset": async (chaos) =>
    during(chaos, 2000, await chaos.lab.rule("OUTPUT", ...toServer(chaos), "-j", "REJECT", "--reject-with", "tcp-reset")),
  "a third of all packets is lost": async (chaos) =>
    during(chaos, 6000, await chaos.lab.rule("INPUT", ...fromServer(chaos), "-m", "statistic", "--mode", "random", "--probability", "0.33", "-j", "DROP")),
  "the cable is as narrow as a telephone line": async (chaos) => during(chaos, 6000, await chaos.lab.narrow()),
};
