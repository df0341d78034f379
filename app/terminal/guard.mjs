// What a program in the terminal may not do to the person who looks at it.

const TITLE_LENGTH = 80;
/** Control characters, and those that turn the direction of text around. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A title as plain text that can stand anywhere. */
export function plain(title) {
  return [...title.replace(UNSEEN, "")].slice(0, TITLE_LENGTH).join("");
}

/** A link as it will be opened, or nothing if it leads anywhere but to a website. */
export function website(text) {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return ["http:", "https:"].includes(url.protocol) ? url.href : undefined;
}

/** Nothing that is shown may write to the clipboard, whatever a later xterm would do with the request. */
export function refuseClipboard(terminal) {
  terminal.parser.registerOscHandler(52, () => true);
}

/**
 * A program that asks the terminal something gets its answer as if it had been typed. What is shown once more was
 * answered the first time; a second answer would be typed into the shell that runs now.
 */
export function answerOnce(terminal, replaying) {
  const questions = [{ final: "c" }, { prefix: ">", final: "c" }, { prefix: "=", final: "c" }, { final: "n" }, { prefix: "?", final: "n" },
    { intermediates: "$", final: "p" }, { prefix: "?", intermediates: "$", final: "p" }, { final: "x" }, { final: "t" },
    { prefix: ">", final: "q" }, { prefix: "?", final: "u" }, { prefix: "?", final: "m" }];
  for (const question of questions) terminal.parser.registerCsiHandler(question, replaying);
  for (const intermediates of ["$", "+"]) terminal.parser.registerDcsHandler({ intermediates, final: "q" }, replaying);
  // These set a colour, or ask for it with a question mark.
  for (const colour of [4, 10, 11, 12]) terminal.parser.registerOscHandler(colour, (data) => replaying() && data.includes("?"));
}

/** Also said by the terminal itself, as soon as a program wants to know of the focus. */
export const isFocusReport = (data) => data === "\x1b[I" || data === "\x1b[O";
