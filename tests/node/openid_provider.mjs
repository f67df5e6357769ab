// A certified OpenID provider for the tests of the sign-in: node openid_provider.mjs PORT REDIRECT_URI UNVERIFIED_EMAIL…
// Whoever types an address is that person; addresses given on the command line are not vouched for.

import Provider from "oidc-provider";

const [port, redirectUri, ...unverified] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "dashboard",
    client_secret: "secret-of-the-dashboard-at-the-provider",
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [redirectUri],  // Streamlit comes back there
  }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["cookie-key-of-the-test"] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: !unverified.includes(id), name: id.split("@")[0] }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
