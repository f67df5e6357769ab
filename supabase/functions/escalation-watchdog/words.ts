// What the watchdog says. It says that it is the watchdog: whoever is rung shall know that the rest of Shift-Bot is silent.
import type { Page, Turn } from "./database.ts";

const SILENT = "No worker of Shift-Bot is alive: see to that too.";
const MENU = "Press 1 to acknowledge, 2 to hear it again, 9 to pass it on.";
const GOODBYE = "No key was pressed, so nobody has acknowledged. Goodbye.";

/** A text message, short enough for two segments. */
export function short(page: Page): string {
  return page.kind === "notice" ? page.note.slice(0, 300) : `${subject(page)}. ${SILENT}`.slice(0, 300);
}

/** A chat message. */
export function long(page: Page): string {
  if (page.kind === "notice") return page.note.slice(0, 4000);
  const summary = page.tickets[0]?.summary ?? "";
  return [subject(page), summary, SILENT].filter(Boolean).join("\n\n").slice(0, 4000);
}

/** The TwiML of one turn of a call. */
export function said(turn: Turn, action: string): string {
  const holder = turn.holder ?? "Somebody";
  switch (turn.outcome) {
    case "summary":
    case "repeat":
      return turn.page ? menu(turn.page, action) : farewell(GOODBYE);
    case "acknowledged":
      return farewell(`You have it. The reporter is told once Shift-Bot works again. ${SILENT} Goodbye.`);
    case "already_acknowledged":
      return farewell(`${holder} has it already. Goodbye.`);
    case "passed_on":
      return farewell("Passed on. The next one is called. Goodbye.");
    default:
      return farewell("It is no longer needed: it was closed or taken back. Goodbye.");
  }
}

function subject(page: Page): string {
  if (page.is_test) return "Test page from Shift-Bot";
  const [first, ...others] = page.tickets;
  if (!first) return "Shift-Bot";
  return `Ticket ${first.id}: ${first.title || "untitled"}${
    others.length ? ` (and ${others.length} more)` : ""
  }`;
}

function menu(page: Page, action: string): string {
  const words = [subject(page), page.tickets[0]?.summary ?? "", SILENT].filter(Boolean).join(". ");
  const gather =
    `<Gather numDigits="1" timeout="8" finishOnKey="" method="POST" action="${escape(action)}">` +
    `${say(words.slice(0, 400))}${say(MENU)}</Gather>`;
  return document(gather.repeat(3) + say(GOODBYE));
}

function farewell(words: string): string {
  return document(say(words));
}

function document(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${body}<Hangup/></Response>`;
}

function say(words: string): string {
  return `<Say>${escape(words)}</Say>`;
}

function escape(words: string): string {
  // deno-lint-ignore no-control-regex -- Twilio hangs up on what is no XML
  const clean = words.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/g, " ");
  return clean.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
