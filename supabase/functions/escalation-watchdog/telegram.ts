// One message with the buttons of a page. A press waits with Telegram until the webhooks are back.
import type { Page, Sent } from "./database.ts";
import { optional, required } from "./settings.ts";
import { long } from "./words.ts";

/** Writes to the engineer's private chat with the bot. */
export async function message(page: Page): Promise<Sent> {
  const chat = page.contact?.telegram_user_id;
  const buttons = [
    { text: "Acknowledge", callback_data: `page_ack:${page.attempt_id}` },
    ...(page.kind === "ring" ? [{ text: "Pass on", callback_data: `page_pass:${page.attempt_id}` }] : []),
  ];
  const base = optional("TELEGRAM_API_BASE_URL", "https://api.telegram.org");
  const answer = await fetch(`${base}/bot${required("TELEGRAM_BOT_TOKEN")}/sendMessage`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ chat_id: chat, text: long(page), reply_markup: { inline_keyboard: [buttons] } }),
    signal: AbortSignal.timeout(15_000),
  });
  const told = await answer.json().catch(() => ({}));
  if (!told.ok) {
    return { outcome: "failed", detail: `Telegram: ${answer.status} ${told.description ?? ""}`.trim() };
  }
  return { outcome: "delivered", externalId: `telegram:${chat}/${told.result.message_id}` };
}
