// What an administrator does while people work.
import { pause, until } from "../../harness.mjs";

export const administrators = {
  "a node is drained and opened again": async (chaos) => {
    const { id } = chaos.pick(chaos.world.nodes);
    const stop = chaos.random() < 0.5;
    await chaos.world.admin.post(`/nodes/${id}/drain`, { stop });
    if (stop) chaos.people.wishesMayChange();
    await pause(chaos.random() * 3000);
    return () => until("the node is open again", () => chaos.world.admin.post(`/nodes/${id}/uncordon`));
  },
  "the quota is lowered and raised": async (chaos) => {
    const settings = await chaos.world.admin.get("/settings");
    await chaos.world.admin.ok("PUT", "/settings", { ...settings, quota: 1 });
    await pause(chaos.random() * 2000);
    return () => until("the quota is as it was", () => chaos.world.admin.ok("PUT", "/settings", settings));
  },
  "the key of a node is changed": async (chaos) => {
    const node = chaos.pick(chaos.world.nodes);
    const { secret } = await chaos.world.admin.post(`/nodes/${node.id}/rotate-key`);
    await pause(chaos.random() * 2000);
    return async () => {
      node.key = secret;
      const old = node.process;
      await old.end();
      if (node.process === old) chaos.launch(node);
    };
  },
};
