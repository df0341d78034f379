// How the terminal looks: like the page it stands in, light or dark.

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
export const FONT = { fontFamily: '"JetBrains Mono", ui-monospace, Menlo, monospace', fontSize: 13, lineHeight: 1.25 };

/** Styles and fonts must be there before the first character is measured. */
export async function prepare() {
  // Once more, because browsers break off what they load when the machine's network changes.
  await Promise.all(["./xterm/xterm.css", "./terminal.css"].map((path) => style(path).catch(() => style(path))));
  // A font that cannot be had is no reason to show nothing.
  await Promise.all(["", "bold "].map((weight) => document.fonts.load(`${weight}13px "JetBrains Mono"`))).catch(() => {});
}

async function style(path) {
  const { href } = new URL(path, import.meta.url);
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  await new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => {
      link.remove();
      reject(new Error("The styles of the terminal could not be loaded."));
    });
    document.head.append(link);
  });
}

/** From `terminal.css`, which has a set for light and one for dark pages. */
export function theme(element) {
  const styles = getComputedStyle(element);
  const read = (name) => styles.getPropertyValue(`--terminal-${name}`).trim();
  const colours = COLOURS.flatMap((name) => {
    const bright = `bright${name[0].toUpperCase()}${name.slice(1)}`;
    return [[name, read(name)], [bright, read(`bright-${name}`)]];
  });
  return {
    ...Object.fromEntries(colours),
    background: read("background"),
    foreground: read("foreground"),
    cursor: read("cursor"),
    cursorAccent: read("background"),
    selectionBackground: read("selection"),
    selectionInactiveBackground: read("selection"),
    scrollbarSliderBackground: read("slider"),
    scrollbarSliderHoverBackground: read("slider-strong"),
    scrollbarSliderActiveBackground: read("slider-strong"),
  };
}

/** The colours of what was found; the search wants them apart from the theme. */
export function found(element) {
  const styles = getComputedStyle(element);
  const read = (name) => styles.getPropertyValue(`--terminal-${name}`).trim();
  return { matchBackground: read("match"), matchOverviewRuler: read("match"),
    activeMatchBackground: read("match-active"), activeMatchColorOverviewRuler: read("match-active") };
}

/** Calls whenever the person's machine changes between light and dark; answers with what ends that. */
export function onScheme(change) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", change);
  return () => dark.removeEventListener("change", change);
}
