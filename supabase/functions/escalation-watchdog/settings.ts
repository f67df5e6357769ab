// What the function is told, by the project's secrets; SUPABASE_DB_URL is there by itself.

/** A setting that must be there. Throws where it is not. */
export function required(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`${name} is not set`);
  return value.replace(/\/$/, "");
}

/** A setting, or what holds without it. */
export function optional(name: string, otherwise = ""): string {
  return (Deno.env.get(name) || otherwise).replace(/\/$/, "");
}

/** Whether two secrets are the same, in a time that tells nothing of where they differ. */
export async function same(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map(digest));
  return a.reduce((difference, byte, at) => difference | (byte ^ b[at]), 0) === 0;
}

async function digest(secret: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret)));
}
