// On the way to an app. The key of the session is in this origin's storage; with it the server gives a ticket.
const wanted = new URLSearchParams(location.search);
const show = (sentence) => (document.querySelector("p").textContent = sentence);

function keyOfSession() {
  try {
    return localStorage.getItem("dockhost-session-key");
  } catch {
    return null;
  }
}

/** Where people sign in, and go on from there. */
const door = () => location.replace(`/visit${location.search}`);

async function go(key) {
  const answer = await fetch("/api/v1/visit", {
    method: "POST",
    headers: { "content-type": "application/json", "dockhost-session-key": key },
    body: JSON.stringify({ app: wanted.get("app") ?? "", path: wanted.get("path") ?? "/", browser: wanted.get("browser") ?? "" }),
  });
  if (answer.status === 401) return door();
  const told = await answer.json();
  if (answer.ok) location.replace(told.url + location.hash);
  else show(told.message);
}

const key = keyOfSession();
if (key) go(key).catch(() => show("The server could not be reached. Check the connection, and load this page again."));
else door();
