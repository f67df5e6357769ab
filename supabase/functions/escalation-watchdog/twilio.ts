// Twilio without its library: two requests, and the check of its signature.
import type { Page, Sent } from "./database.ts";
import { optional, required, same } from "./settings.ts";
import { short } from "./words.ts";

const OUTCOMES: Record<string, string> = {
  ringing: "ringing",
  "in-progress": "answered",
  completed: "no_answer", // of an answered call the database makes: hung up without a key
  busy: "busy",
  "no-answer": "no_answer",
  canceled: "no_answer",
  failed: "failed",
  delivered: "delivered",
  undelivered: "failed",
};

/** Places a call, which asks this function what to say once it is answered. */
export function call(page: Page): Promise<Sent> {
  return ask("Calls", {
    To: page.contact?.phone ?? "",
    Url: address("voice", page, "0"),
    StatusCallback: address("status", page),
    Timeout: `${Math.min(Math.max(page.ring_seconds, 1), 600)}`,
    MachineDetection: "Enable",
    AsyncAmd: "true",
    AsyncAmdStatusCallback: address("status", page),
  }, ["initiated", "ringing", "answered", "completed"]);
}

/** Sends a text; answers to it come to the webhooks, where they live. */
export function text(page: Page): Promise<Sent> {
  const body = short(page);
  return ask("Messages", {
    To: page.contact?.phone ?? "",
    Body: body,
    StatusCallback: address("status", page),
  });
}

/** What a status callback says, in the database's words; empty where it says nothing. */
export function outcomeOf(form: URLSearchParams): string {
  const by = form.get("AnsweredBy") ?? "";
  if (by.startsWith("machine") || by === "fax") return "voicemail";
  return OUTCOMES[form.get("CallStatus") ?? form.get("MessageStatus") ?? ""] ?? "";
}

/** Whether Twilio signed the request: HMAC-SHA1 over the public address and every field, by name. */
export async function isGenuine(request: Request, form: URLSearchParams): Promise<boolean> {
  const url = new URL(request.url);
  const route = url.pathname.slice(url.pathname.lastIndexOf("/"));
  const fields = [...new Set(form.keys())].sort().map((name) => name + form.getAll(name).join(""));
  const signed = `${required("WATCHDOG_URL")}${route}${url.search}${fields.join("")}`;
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-1" };
  const secret = encoder.encode(required("TWILIO_AUTH_TOKEN"));
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  const made = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(signed)));
  return await same(btoa(String.fromCharCode(...made)), request.headers.get("x-twilio-signature") ?? "");
}

function address(route: string, page: Page, turn?: string): string {
  const query = new URLSearchParams({ attempt: `${page.attempt_id}`, token: page.token });
  if (turn) query.set("turn", turn);
  return `${required("WATCHDOG_URL")}/${route}?${query}`;
}

async function ask(what: string, fields: Record<string, string>, events: string[] = []): Promise<Sent> {
  const account = required("TWILIO_ACCOUNT_SID");
  const body = new URLSearchParams({ ...fields, From: required("TWILIO_FROM_NUMBER") });
  for (const event of events) body.append("StatusCallbackEvent", event);
  const base = optional("TWILIO_API_BASE_URL", "https://api.twilio.com");
  const answer = await fetch(`${base}/2010-04-01/Accounts/${account}/${what}.json`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${account}:${required("TWILIO_AUTH_TOKEN")}`)}` },
    body,
    signal: AbortSignal.timeout(15_000),
  });
  const made = await answer.json().catch(() => ({}));
  if (!answer.ok) return { outcome: "failed", detail: `Twilio: ${answer.status} ${made.code ?? ""}`.trim() };
  return { outcome: "attempted", externalId: made.sid };
}
