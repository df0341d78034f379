// Clients that make and delete tokens as fast as they are answered, until the server is gone.
const CLIENTS = 8;
// One person may have 50.
const MOST = 40;

/** Begins; `ended` is the promise of all of them, with what went wrong. */
export function launch(api, ledger, random) {
  const state = { stop: false };
  const ended = Promise.all(Array.from({ length: CLIENTS }, () => client(api, ledger, random, state)));
  return { ended: ended.then((wrong) => wrong.flat()), stop: () => (state.stop = true) };
}

async function client(api, ledger, random, state) {
  const wrong = [];
  while (!state.stop) {
    const tokens = [...ledger.there.keys()];
    const room = tokens.length + ledger.open.size < MOST;
    if (!room && tokens.length === 0) return wrong;
    const create = tokens.length === 0 || (room && random() < 0.6);
    try {
      const answer = create ? await make(api, ledger) : await remove(api, ledger, tokens[Math.floor(random() * tokens.length)]);
      // A server that says that it cannot write is right; any other refusal is not.
      if (answer.status !== 503 && answer.status >= 300) wrong.push(`refused: ${answer.status} ${answer.text.slice(0, 200)}`);
    } catch {
      return wrong;
    }
  }
  return wrong;
}

async function make(api, ledger) {
  const name = ledger.create();
  const answer = await api.call("POST", "/tokens", { name });
  if (answer.status < 300) ledger.created(name, answer.body.id);
  return answer;
}

async function remove(api, ledger, name) {
  const id = ledger.delete(name);
  const answer = await api.call("DELETE", `/tokens/${id}`);
  if (answer.status < 300) ledger.deleted(name);
  return answer;
}
