// A Supabase client that is not ours: node realtime_client.mjs URL KEY EMAIL PASSWORD TOPIC
// Signs in, joins the private topic, and writes a line of JSON for each state of the channel and each broadcast it hears.

import { createClient } from "@supabase/supabase-js";
import WebSocket from "ws";

const [url, key, email, password, topic] = process.argv.slice(2);
const say = (line) => console.log(JSON.stringify(line));
const client = createClient(url, key, { realtime: { transport: WebSocket }, auth: { persistSession: false } });
const { error } = await client.auth.signInWithPassword({ email, password });
if (error) {
  say({ refused: error.message });
  process.exit(1);
}
await client.realtime.setAuth();
client.channel(topic, { config: { private: true } })
  .on("broadcast", { event: "*" }, (message) => say({ event: message.event, payload: message.payload }))
  .subscribe((state, failure) => say({ state, failure: failure ? String(failure.message) : null }));
