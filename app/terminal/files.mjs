// Between a page and the files that people drop on it or choose in it. An element with `data-drop` takes them: it says
// for which instance, and with `data-folder` into which folder there.
import { refusal, Uploads } from "./upload.mjs";

let last = 0;

/** Lives until the page says `close`. */
export async function serve(dioxus) {
  const uploads = new Uploads((said) => dioxus.send(said));
  const ended = new AbortController();
  listen(uploads, (said) => dioxus.send(said), ended.signal);
  for (;;) {
    const { hear, id } = await dioxus.recv();
    if (hear === "cancel") uploads.cancel(id);
    else if (hear === "close") break;
  }
  ended.abort();
  uploads.close();
}

/** The address at which an instance takes and gives that path. */
function address(instance, path) {
  const url = new URL(`/api/v1/instances/${encodeURIComponent(instance)}/files`, location.href);
  url.searchParams.set("path", path);
  return url.href;
}

function listen(uploads, say, signal) {
  const on = (name, hear) => document.addEventListener(name, hear, { signal, capture: true });
  const areaOf = ({ target }) => (target instanceof Element ? target.closest("[data-drop]") : null);
  const carriesFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
  const mark = (area) => {
    for (const one of document.querySelectorAll("[data-over]")) if (one !== area) one.removeAttribute("data-over");
    area?.setAttribute("data-over", "");
  };
  const take = (area, files) => files.forEach((one) => begin(area.dataset, one, uploads, say));

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
  on("change", (event) => {
    const area = areaOf(event);
    if (!area || event.target.type !== "file") return;
    take(area, [...event.target.files].map((file) => ({ file })));
    // So that the same file can be chosen again.
    event.target.value = "";
  });
  window.addEventListener("beforeunload", (event) => uploads.busy && event.preventDefault(), { signal });
}

/** A folder looks like a file that cannot be read; only the way that is asked for here tells. */
function dropped({ items }) {
  const found = [...items].filter(({ kind }) => kind === "file");
  return found.map((item) => ({ file: item.getAsFile(), isFolder: item.webkitGetAsEntry?.()?.isDirectory })).filter(({ file }) => file);
}

function begin({ drop: instance, folder = "" }, { file, isFolder }, uploads, say) {
  const id = ++last;
  const name = file.name.split("/").pop();
  const path = folder === "" ? name : `${folder.replace(/\/+$/, "")}/${name}`;
  say({ say: "added", id, instance, name, path, size: isFolder ? 0 : file.size });
  if (isFolder) say({ say: "failed", id, reason: "Folders are not taken. Pack it into one file first, or use scp or rsync." });
  else uploads.add(id, file, address(instance, path));
}

/** Opens the path as a download; answers with the sentence if it is refused. */
export async function download(instance, path) {
  const from = address(instance, path);
  // Asked first, because a refusal would take the place of the page. What is asked for is then broken off.
  const asked = new AbortController();
  let answer;
  try {
    answer = await fetch(from, { signal: asked.signal });
  } catch {
    return "The server could not be reached. Check the connection and try again.";
  }
  if (!answer.ok) return refusal(answer.status, await answer.text());
  asked.abort();
  const link = Object.assign(document.createElement("a"), { href: from, download: "" });
  document.body.append(link);
  link.click();
  link.remove();
  return null;
}
