// Between a page and the files that people drop on it or choose in it. An element with `data-drop` takes them: it says
// for which instance, and with `data-folder` into which folder there.
import { refusal, Uploads } from "./upload.mjs";

let last = 0;

/** Lives until the page says `close`. */
export async function serve(dioxus) {
  const say = (said) => dioxus.send(said);
  const uploads = new Uploads(say);
  const ways = new Ways(say);
  const ended = new AbortController();
  listen(uploads, ways, say, ended.signal);
  for (;;) {
    const heard = await dioxus.recv();
    if (heard.hear === "cancel") uploads.cancel(heard.id);
    else if (heard.hear === "way") ways.hear(heard);
    else if (heard.hear === "close") break;
  }
  ended.abort();
  uploads.close();
}

/** The address at which an instance takes and gives that path, once: what stands in an address carries no key of a session,
    so there is a ticket. A page that the server did not give knows where that is. */
function address(instance, path, { server = "", ticket }) {
  const url = new URL(`/api/v1/instances/${encodeURIComponent(instance)}/files`, server || location.href);
  url.searchParams.set("path", path);
  url.searchParams.set("ticket", ticket);
  return url.href;
}

/** Asks the page, which has the session, how to reach an instance's files. A ticket is soon worth nothing, so each file asks
    when its turn has come. */
class Ways {
  #say;
  #asked = new Map();

  constructor(say) {
    this.#say = say;
  }

  ask(id, instance) {
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#say({ ask: { id, instance } });
    });
  }

  hear({ id, server, ticket, refusal }) {
    const { resolve, reject } = this.#asked.get(id);
    this.#asked.delete(id);
    if (refusal) reject(new Error(refusal));
    else resolve({ server, ticket });
  }
}

function listen(uploads, ways, say, signal) {
  const on = (name, hear) => document.addEventListener(name, hear, { signal, capture: true });
  const areaOf = ({ target }) => (target instanceof Element ? target.closest("[data-drop]") : null);
  const carriesFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
  const mark = (area) => {
    for (const one of document.querySelectorAll("[data-over]")) if (one !== area) one.removeAttribute("data-over");
    area?.setAttribute("data-over", "");
  };
  const take = (area, files) => files.forEach((one) => begin(area.dataset, one, { uploads, ways, say }));

  for (const name of ["dragenter", "dragover"]) {
    on(name, (event) => {
      if (!carriesFiles(event)) return;
      // Elsewhere on the page nothing happens; the browser would leave the page and open the file.
      event.preventDefault();
      event.dataTransfer.dropEffect = areaOf(event) ? "copy" : "none";
      mark(areaOf(event));
    });
  }
  on("dragleave", (event) => event.relatedTarget === null && mark(null));
  on("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    mark(null);
    const area = areaOf(event);
    if (area) take(area, dropped(event.dataTransfer));
  });
  // A desktop window would open a dialog of its own, which gives names and no files.
  on("click", (event) => areaOf(event) && event.target.type === "file" && event.stopPropagation());
  on("change", (event) => {
    const area = areaOf(event);
    if (!area || event.target.type !== "file") return;
    take(area, [...event.target.files].map((file) => ({ file })));
    // So that the same file can be chosen again.
    event.target.value = "";
  });
  // Chosen before anybody listened.
  for (const chooser of document.querySelectorAll("[data-drop] input[type=file]")) {
    if (chooser.files.length > 0) chooser.dispatchEvent(new Event("change", { bubbles: true }));
  }
  window.addEventListener("beforeunload", (event) => uploads.busy && event.preventDefault(), { signal });
}

/** A folder looks like a file that cannot be read; only the way that is asked for here tells. */
function dropped({ items }) {
  const found = [...items].filter(({ kind }) => kind === "file");
  return found.map((item) => ({ file: item.getAsFile(), isFolder: item.webkitGetAsEntry?.()?.isDirectory })).filter(({ file }) => file);
}

/** Whether the browser knows how the file is called: of a name that is not text it makes one that is not the file's. */
const isName = (name) => !/\ufffd|\p{Surrogate}/u.test(name);

function begin({ drop: instance, folder = "" }, { file, isFolder }, { uploads, ways, say }) {
  const id = ++last;
  const name = file.name.split("/").pop();
  const path = folder === "" ? name : `${folder.replace(/\/+$/, "")}/${name}`;
  const shown = (text) => text.replace(/\p{Surrogate}/gu, "\ufffd");
  say({ added: { id, instance, name: shown(name), path: shown(path), size: isFolder ? 0 : file.size } });
  if (isFolder) say({ failed: { id, reason: "Folders are not taken. Pack it into one file first, or use scp or rsync." } });
  else if (!isName(name)) say({ failed: { id, reason: "Its name is not text, so the browser cannot say it. Rename it, or use scp or rsync." } });
  else uploads.add(id, file, async () => address(instance, path, await ways.ask(id, instance)));
}

/** Opens the path as a download; answers with the sentence if it is refused. Each of the tickets opens it once. */
export async function download(instance, path, [first, second]) {
  // Asked first, because a refusal would take the place of the page. What is asked for is then broken off.
  const asked = new AbortController();
  let answer;
  try {
    answer = await fetch(address(instance, path, { ticket: first }), { signal: asked.signal });
  } catch {
    return "The server could not be reached. Check the connection and try again.";
  }
  if (!answer.ok) return refusal(answer.status, await answer.text());
  asked.abort();
  const link = Object.assign(document.createElement("a"), { href: address(instance, path, { ticket: second }), download: "" });
  document.body.append(link);
  link.click();
  link.remove();
  return null;
}
