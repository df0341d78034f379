// Until the page's program is awake, nobody listens to what is pressed. This does: it keeps what a person does, in its order,
// and does it once the program says that it listens. What a browser does by itself goes on: links lead on, menus open, boxes
// are ticked, text is typed.
(() => {
  const kept = [];
  const ended = new AbortController();
  const main = () => document.getElementById("main");
  const asleep = () => main()?.getAttribute("aria-busy") === "true";
  // As the server wrote it: the number of the element, then what the program will listen to there.
  const hears = (element, name) => element.closest(`[data-node-hydration*=",${name}:"]`);
  const isField = ({ tagName }) => ["INPUT", "SELECT", "TEXTAREA"].includes(tagName);
  // What it was when it was pressed: the program may make something else of it.
  const meaning = (element) => (element.elements ? [...element.elements].map(({ name }) => name).join()
    : isField(element) ? element.name : `${element.getAttribute("aria-label") ?? element.title} ${element.textContent}`);
  const own = ({ tagName, type }) => tagName === "SELECT" || (tagName === "INPUT" && ["checkbox", "radio", "file"].includes(type));
  const sends = ({ type, form }) => type === "submit" && form;
  const on = (name, hear) => document.addEventListener(name, (event) => asleep() && hear(event), { capture: true, signal: ended.signal });

  function keep(element, act) {
    // Somebody who presses twice because nothing happens means it once.
    if (kept.some((one) => one.element === element)) return;
    kept.push({ element, act, meant: meaning(element) });
    shown(element)?.setAttribute("data-waits", "");
  }

  // Where it is seen that something waits: at the button of a form. A field shows what was typed.
  function shown(element) {
    if (isField(element)) return null;
    return element.tagName === "FORM" ? element.querySelector("[type=submit]") ?? element : element;
  }

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  on("click", (event) => {
    const { target, button, ctrlKey, metaKey, shiftKey } = event;
    if (!(target instanceof Element) || !main().contains(target) || own(target)) return;
    const pressed = target.closest("button, a, summary, label") ?? hears(target, "click");
    if (!pressed || pressed.tagName === "LABEL" || pressed.tagName === "SUMMARY") return;
    if (pressed.tagName === "A") {
      // A link leads on by itself, unless something that was pressed before it would be lost.
      if (kept.length === 0 || button !== 0 || ctrlKey || metaKey || shiftKey || pressed.target) return;
    } else if (!sends(pressed) && !hears(pressed, "click")) {
      return;
    }
    if (sends(pressed)) keep(pressed.form, () => send(pressed.form, pressed));
    else keep(pressed, () => pressed.click());
    // A verb of a menu closes it all the same.
    if (pressed.hasAttribute("popovertarget")) event.stopImmediatePropagation();
    else stop(event);
  });
  on("input", ({ target }) => isField(target) && keep(target));
  // Enter in a field whose form cannot be sent yet may be meant for the form that it will be.
  on("keydown", (event) => {
    const { target, key, isComposing } = event;
    if (key !== "Enter" || isComposing || target.tagName !== "INPUT" || own(target) || !target.form) return;
    stop(event);
    const { form } = target;
    keep(form, () => send(form));
  });
  // Whatever the way: a form that a browser sends by itself would put what was typed into the address.
  on("submit", (event) => {
    stop(event);
    const form = event.target;
    keep(form, () => send(form, event.submitter));
  });
  // A browser would leave the page and open the file.
  for (const name of ["dragover", "drop"]) {
    on(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "none";
    });
  }

  function send(form, submitter = form.querySelector("[type=submit]")) {
    if (!submitter) form.requestSubmit();
    else if (!submitter.disabled) submitter.click();
  }

  // Whether a field holds what the server did not draw into it: typed, ticked or filled in by the browser.
  function isChanged(field) {
    if (field.type === "file") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked && (field.checked || field.type === "checkbox");
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
  }

  // Tells the program what the field held when it woke: as soon as it hears of one field, it draws the others anew.
  function tell(field, { value, checked, selectedIndex, from, to }) {
    if (field.tagName === "SELECT") field.selectedIndex = selectedIndex;
    else if (own(field)) field.checked = checked;
    else if (field.value !== value) {
      field.value = value;
      // Some kinds of fields have no place for the cursor.
      if (from !== null) field.setSelectionRange(from, to);
    }
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  }

  // The program draws what it heard before it is told the next thing.
  const drawn = () => new Promise((resolve) => setTimeout(resolve));

  async function wake() {
    main().removeAttribute("aria-busy");
    document.getElementById("unwoken")?.remove();
    ended.abort();
    const fields = [...main().querySelectorAll("input, select, textarea")].filter(isChanged);
    const held = new Map(fields.map((field) => [field, { value: field.value, checked: field.checked, selectedIndex: field.selectedIndex, from: field.selectionStart, to: field.selectionEnd }]));
    for (const field of fields) if (!kept.some(({ element }) => element === field)) tell(field, held.get(field));
    for (const { element, act, meant } of kept) {
      if (held.has(element)) tell(element, held.get(element));
      if (!act) continue;
      await drawn();
      shown(element)?.removeAttribute("data-waits");
      // What is gone, cannot be pressed or has become another thing was not meant.
      if (element.isConnected && !element.disabled && meaning(element) === meant) act();
    }
  }

  function fail() {
    if (!asleep() || document.getElementById("unwoken")) return;
    const told = Object.assign(document.createElement("p"), { id: "unwoken", className: "unscripted", role: "alert" });
    told.append("This page could not be loaded as a whole, so nothing on it can be pressed. ");
    told.append(Object.assign(document.createElement("a"), { href: location.href, textContent: "Load it again" }));
    document.body.prepend(told);
  }

  window.addEventListener("dockhost-awake", wake, { once: true, signal: ended.signal });
  window.addEventListener("error", (event) => (event.target.tagName === "SCRIPT" || event.target === window) && fail(), { capture: true, signal: ended.signal });
  window.addEventListener("unhandledrejection", fail, { signal: ended.signal });

  // What the server drew for the program to begin with. It asks here, under the names of the framework.
  window.hydrate_queue = [];
  Object.defineProperty(window, "initial_dioxus_hydration_data", { get: () => document.getElementById("hydration").textContent });
})();
