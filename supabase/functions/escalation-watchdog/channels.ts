// The ways this function can ring: what is configured of Twilio and Telegram.
import type { Page, Sent } from "./database.ts";
import { optional } from "./settings.ts";
import { call, text } from "./twilio.ts";
import { message } from "./telegram.ts";

const CHANNELS: Record<string, (page: Page) => Promise<Sent>> = {
  phone_call: call,
  sms: text,
  telegram_message: message,
};

/** The methods whose provider is configured. */
export function methods(): string[] {
  const twilio = optional("TWILIO_ACCOUNT_SID") ? ["phone_call", "sms"] : [];
  return [...twilio, ...(optional("TELEGRAM_BOT_TOKEN") ? ["telegram_message"] : [])];
}

/** Rings; whatever goes wrong is an outcome, with which the page goes on. */
export async function ring(page: Page): Promise<Sent> {
  try {
    return await CHANNELS[page.method](page);
  } catch (error) {
    // No answer: it may have been done. A page is rather rung again than lost.
    return { outcome: "unknown", detail: `no answer (${(error as Error).name})` };
  }
}
