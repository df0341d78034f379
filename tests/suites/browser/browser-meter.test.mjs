// The meter of a node's link on its page: live, and measured with a button.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { World } from "../../harness.mjs";
import { Browser, pictures, signIn } from "../../support/browser.mjs";

describe("the link of a node on its page", () => {
  let world, browser, page, link;

  before(async () => {
    world = await World.open({ ports: "127.0.0.2" });
    await world.node("lab-1");
    browser = await Browser.open();
    page = await opened("ada");
    link = page.getByRole("region", { name: "Link of lab-1" });
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  async function opened(username) {
    const context = await browser.context();
    await signIn(context, world.server.base, username);
    const page = await context.newPage();
    await page.goto(`${world.server.base}/nodes`);
    return page;
  }
  const row = (name) => link.getByRole("row", { name });

  test("what flows appears by itself with the heartbeats", async () => {
    await row(/^Now (idle|[0-9.]+ k?bit\/s) (idle|[0-9.]+ k?bit\/s)$/).waitFor();
    await row(/^Loss/).waitFor();
    await link.getByText(/^[0-9.]+ ms\b/).waitFor();
    assert.equal(await row(/^Measured/).count(), 0, "nobody measured it yet");
  });

  test("a press of Measure tells what it carries, and its row stays with its time", async () => {
    const other = await opened("ada");
    await link.getByRole("button", { name: "Measure", exact: true }).click();
    await page.getByText(/^The link to lab-1 carries .*bit\/s to it and .*bit\/s from it\.$/).waitFor();
    await row(/^Measured, just now [0-9.]+ [MG]bit\/s [0-9.]+ [MG]bit\/s$/).waitFor();
    await other.getByRole("row", { name: /^Measured, just now/ }).waitFor();
    await row(/^Loss [0-9.]+ % [0-9.]+ %$/).waitFor();
    assert.deepEqual(await pictures(page, "node-link"), []);
  });

  test("who does not manage the node sees how its link does, and cannot measure it", async () => {
    await world.signUp("bob");
    const theirs = await opened("bob");
    await theirs.getByRole("row", { name: /^Measured/ }).waitFor();
    assert.equal(await theirs.getByRole("button", { name: "Measure", exact: true }).count(), 0);
  });

  test("the browser complained about nothing", () => assert.deepEqual(browser.complaints, []));
});
