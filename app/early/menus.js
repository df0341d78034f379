// Puts a menu under its button, or above it where there is more room. The browser opens it by itself, also before the page's
// program is there.
document.addEventListener("beforetoggle", ({ target, newState }) => {
  const button = newState === "open" && document.querySelector(`[popovertarget="${CSS.escape(target.id)}"]`);
  if (!button) return;
  const at = button.getBoundingClientRect();
  const below = at.top < innerHeight / 2;
  target.style.right = `${Math.max(8, document.documentElement.clientWidth - at.right)}px`;
  target.style.top = below ? `${at.bottom + 4}px` : "auto";
  target.style.bottom = below ? "auto" : `${innerHeight - at.top + 4}px`;
}, true);
