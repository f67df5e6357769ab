// The database as shiftbot_watchdog: six functions and no table. One transaction a call, so that any pooler will do.
import postgres from "postgres";
import { optional, required } from "./settings.ts";

/** A page as `private.page_json` gives it, as far as it is used here. */
export interface Page {
  attempt_id: number;
  kind: string;
  method: string;
  ring_seconds: number;
  token: string;
  is_test: boolean;
  note: string;
  contact: { name: string; phone?: string; telegram_user_id?: number } | null;
  tickets: { id: number; title: string; summary: string }[];
}

/** How far a ring came, and the provider's name for it. */
export interface Sent {
  outcome: "attempted" | "delivered" | "failed" | "unknown";
  externalId?: string;
  detail?: string;
}

/** One turn of a call: what the key did, who has the page, the number of the next turn. */
export interface Turn {
  outcome: string;
  holder: string | null;
  turn: number;
  page: Page | null;
}

const sql = postgres(optional("WATCHDOG_DATABASE_URL") || required("SUPABASE_DB_URL"), {
  max: 4,
  prepare: false,
  idle_timeout: 20,
  connect_timeout: 10,
  onnotice: () => {},
  types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
});

function acting<T>(work: (tx: postgres.TransactionSql) => Promise<T>): Promise<T> {
  return sql.begin(async (tx) => {
    await tx`set local role shiftbot_watchdog`;
    return await work(tx);
  }) as Promise<T>;
}

/** Moves what is due, as pg_cron and every worker do; in a transaction of its own, so that its failure silences no page. */
export async function sweep(): Promise<void> {
  await acting((tx) => tx`select private.sweep()`);
}

/** What is due and nobody rings for; claimed, so that nobody else makes it. */
export function claim(methods: string[]): Promise<{ attempt_id: number; msg_id: number; page: Page }[]> {
  return acting((tx) => tx`select attempt_id, msg_id, page from private.watchdog_claim(${methods})`);
}

/** Records how far a ring came. */
export async function settle(attempt: number, message: number, sent: Sent): Promise<void> {
  const { outcome, externalId, detail } = sent;
  await acting((tx) =>
    tx`select private.settle_attempt(${attempt}, ${message}, ${outcome}, ${externalId ?? null}, ${
      detail ?? null
    })`
  );
}

/** One turn of a call; null where its address is none of ours. */
export async function answerCall(query: URLSearchParams, sid: string, digits: string): Promise<Turn | null> {
  const attempt = query.get("attempt") ?? "", turn = query.get("turn") ?? "";
  if (!/^\d{1,18}$/.test(attempt) || !/^\d{1,9}$/.test(turn) || !sid) return null;
  const [row] = await acting((tx) =>
    tx<Turn[]>`select outcome, holder, turn, page
      from private.answer_call(${attempt}::bigint, ${
      query.get("token") ?? ""
    }, ${sid}, ${turn}::integer, ${digits})`
  );
  return row ?? null;
}

/** What Twilio tells about a call or a text. */
export async function hearStatus(
  query: URLSearchParams,
  sid: string,
  outcome: string,
  detail: string,
): Promise<void> {
  const attempt = query.get("attempt") ?? "";
  if (!/^\d{1,18}$/.test(attempt) || !sid) return;
  await acting((tx) =>
    tx`select private.hear_call_status(${attempt}::bigint, ${
      query.get("token") ?? ""
    }, ${sid}, ${outcome}, ${detail})`
  );
}
