// The watchdog: woken each minute, it rings when no worker of ours does. Its address also takes Twilio's turns of the calls it
// placed, because the webhooks' host may be as dead as the workers'.
import { answerCall, claim, hearStatus, settle, sweep } from "./database.ts";
import { methods, ring } from "./channels.ts";
import { isGenuine, outcomeOf } from "./twilio.ts";
import { said } from "./words.ts";
import { required, same } from "./settings.ts";

Deno.serve(async (request) => {
  const url = new URL(request.url);
  if (request.method !== "POST") return text("POST only", 405);
  try {
    if (url.pathname.endsWith("/voice")) return await voice(request, url.searchParams);
    if (url.pathname.endsWith("/status")) return await status(request, url.searchParams);
    return await watch(request);
  } catch (error) {
    tell("watchdog_failed")(error as Error);
    return text("failed", 500);
  }
});

async function watch(request: Request): Promise<Response> {
  const given = request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
  if (!await same(given, required("WATCHDOG_TOKEN"))) return text("the token is missing or wrong", 401);
  await sweep().catch(tell("sweep_failed"));
  const claims = await claim(methods());
  const outcomes = await Promise.all(claims.map(async ({ attempt_id, msg_id, page }) => {
    const sent = await ring(page);
    await settle(attempt_id, msg_id, sent);
    return { attempt_id, method: page.method, outcome: sent.outcome };
  }));
  if (outcomes.length) console.log(JSON.stringify({ action: "watchdog_rang", outcomes }));
  return Response.json({ rang: outcomes });
}

async function voice(request: Request, query: URLSearchParams): Promise<Response> {
  const form = await genuineForm(request);
  if (!form) return text("the signature is missing or wrong", 403);
  const digits = (form.get("Digits") ?? "").slice(0, 20);
  const turn = await answerCall(query, form.get("CallSid") ?? "", digits);
  if (!turn || turn.outcome === "refused") return text("refused", 403);
  const next = new URLSearchParams({
    attempt: query.get("attempt") ?? "",
    token: query.get("token") ?? "",
    turn: `${turn.turn}`,
  });
  const twiml = said(turn, `${required("WATCHDOG_URL")}/voice?${next}`);
  return new Response(twiml, { headers: { "content-type": "text/xml" } });
}

async function status(request: Request, query: URLSearchParams): Promise<Response> {
  const form = await genuineForm(request);
  if (!form) return text("the signature is missing or wrong", 403);
  const outcome = outcomeOf(form);
  const sid = form.get("CallSid") ?? form.get("MessageSid") ?? "";
  if (outcome) await hearStatus(query, sid, outcome, `Twilio says ${form.get("CallStatus") ?? "so"}`);
  return new Response(null, { status: 204 });
}

async function genuineForm(request: Request): Promise<URLSearchParams | null> {
  const form = new URLSearchParams(await request.text());
  return await isGenuine(request, form) ? form : null;
}

/** Logs an error by its kind only: a database's words may quote a row. */
function tell(action: string): (error: Error) => void {
  return (error) => console.error(JSON.stringify({ action, error: error.name }));
}

function text(words: string, status: number): Response {
  return new Response(`${words}\n`, { status });
}
