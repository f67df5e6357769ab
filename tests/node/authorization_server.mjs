// A certified provider as an authorization server of the API: node authorization_server.mjs PORT AUDIENCE REDIRECT_URI
// Programs get tokens by client_credentials, people by authorization_code; whoever types a name is that person.

import Provider from "oidc-provider";

const [port, audience, redirectUri] = process.argv.slice(2);
const scope = "tickets:read tickets:write oncall:write admin";
const program = {
  grant_types: ["client_credentials"], redirect_uris: [], response_types: [], client_secret: "secret-of-the-program",
};
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    { client_id: "shift-bot", client_secret: "secret-of-the-api-at-the-provider", grant_types: [], redirect_uris: [], response_types: [] },
    { ...program, client_id: "ci", scope },
    { ...program, client_id: "brief", scope: "tickets:read" },
    {
      client_id: "console", client_secret: "secret-of-the-console", redirect_uris: [redirectUri],
      grant_types: ["authorization_code"], response_types: ["code"], scope: `openid ${scope}`,
    },
  ],
  cookies: { keys: ["cookie-key-of-the-test"] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (_, client) => client.clientId === "shift-bot" },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource, client) => ({
        scope, audience: resource, accessTokenFormat: "opaque", accessTokenTTL: client.clientId === "brief" ? 60 : 3600,
      }),
      useGrantedResource: () => true,
    },
  },
  pkce: { required: () => false },
  scopes: ["openid", ...scope.split(" ")],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
