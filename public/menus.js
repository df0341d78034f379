// Menus as keyboards and screen readers know them: the focus goes in when one opens and back to its button when it closes, and
// none ever stands beside a button that is not its own. The browser opens and closes them by itself, also before the page's
// program is there.
(() => {
  const PAUSE = 700;
  // The one that is open, its button, and where that was.
  let open = null;
  // Whether the next one is entered at its end.
  let fromEnd = false;
  let typed = { text: "", at: 0 };

  const buttonOf = (list) => document.querySelector(`[aria-haspopup="menu"][popovertarget="${CSS.escape(list.id)}"]`);
  const itemsOf = (list) => [...list.querySelectorAll("[role=menuitem]")];
  const isOpen = (list) => list.matches(":popover-open");
  const within = (element, selector) => (element instanceof Element ? element.closest(selector) : null);

  function place(list, button) {
    const at = button.getBoundingClientRect();
    const below = at.top < innerHeight / 2;
    list.style.right = `${Math.max(8, document.documentElement.clientWidth - at.right)}px`;
    list.style.top = below ? `${at.bottom + 4}px` : "auto";
    list.style.bottom = below ? "auto" : `${innerHeight - at.top + 4}px`;
    return at;
  }

  const moved = ({ button, at }) => {
    const { right, top } = button.getBoundingClientRect();
    return Math.abs(right - at.right) > 1 || Math.abs(top - at.top) > 1;
  };

  // Rows come and go while it is open: it goes with its button.
  function follow() {
    if (!open) return;
    if (!open.button.isConnected) return leave(open.list);
    if (moved(open)) open.at = place(open.list, open.button);
    requestAnimationFrame(follow);
  }

  // One item alone is a stop of the Tab key.
  function go(list, item) {
    if (!item) return;
    for (const one of itemsOf(list)) one.tabIndex = one === item ? 0 : -1;
    item.focus();
  }

  function enter(list) {
    const items = itemsOf(list);
    go(list, fromEnd ? items.at(-1) : items[0]);
    fromEnd = false;
  }

  function leave(list) {
    const button = buttonOf(list);
    open = null;
    if (isOpen(list)) list.hidePopover();
    button?.focus({ preventScroll: true });
  }

  // The next item, from there on, whose words begin with what is typed; one letter again and again goes through all of its.
  function find(items, from, { key, timeStamp }) {
    const text = (timeStamp - typed.at < PAUSE ? typed.text : "") + key.toLowerCase();
    typed = { text, at: timeStamp };
    const same = [...text].every((letter) => letter === text[0]);
    const wanted = same ? text[0] : text;
    const order = items.map((_, at) => items[(from + at + (same ? 1 : 0)) % items.length]);
    return order.find((item) => item.textContent.trim().toLowerCase().startsWith(wanted));
  }

  // Where that key leads within a menu; nothing if it leads nowhere.
  function target(items, event) {
    const at = items.indexOf(document.activeElement);
    if (event.key.length > 1) typed = { text: "", at: 0 };
    const places = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 };
    if (event.key in places) return items.at(places[event.key] % items.length);
    return event.key.length === 1 && event.key !== " " ? find(items, Math.max(0, at), event) : undefined;
  }

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, isComposing } = event;
    if (ctrlKey || metaKey || altKey || isComposing) return;
    const button = within(event.target, '[aria-haspopup="menu"]');
    if (button && (key === "ArrowDown" || key === "ArrowUp")) {
      stop(event);
      const list = document.getElementById(button.getAttribute("popovertarget"));
      fromEnd = key === "ArrowUp";
      if (isOpen(list)) enter(list);
      else list.showPopover();
      return;
    }
    const list = within(event.target, "[role=menu]")?.closest("[popover]");
    if (!list) return;
    if (key === "Escape" || key === "Tab") {
      stop(event);
      leave(list);
      return;
    }
    const item = target(itemsOf(list), event);
    // What is no letter and leads nowhere, such as Enter, is the browser's.
    if (!item && (key.length > 1 || key === " ")) return;
    stop(event);
    go(list, item);
  }, true);

  // A choice closes its menu first: the verb may open a dialog, and that remembers where the focus goes back to.
  document.addEventListener("click", (event) => {
    const item = within(event.target, "[role=menuitem]");
    if (!item) return;
    if (item.getAttribute("aria-disabled") === "true") return stop(event);
    const list = item.closest("[popover]");
    if (isOpen(list)) leave(list);
  }, true);

  document.addEventListener("beforetoggle", ({ target, newState }) => {
    const button = newState === "open" && buttonOf(target);
    if (button) place(target, button);
  }, true);

  document.addEventListener("toggle", ({ target, newState }) => {
    const button = buttonOf(target);
    if (!button) return;
    if (newState === "open" && isOpen(target)) {
      open = { list: target, button, at: button.getBoundingClientRect() };
      enter(target);
      requestAnimationFrame(follow);
    } else if (newState === "closed") {
      open = null;
      // A press beside it on something that takes the focus keeps that.
      const { activeElement } = document;
      if (!activeElement || activeElement === document.body || target.contains(activeElement)) button.focus({ preventScroll: true });
    }
  }, true);

  // What scrolls away under a menu takes it along.
  document.addEventListener("scroll", () => open && moved(open) && leave(open.list), { capture: true, passive: true });
  addEventListener("resize", () => open && leave(open.list));
})();
