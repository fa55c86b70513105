/** Sign-in on the user pool's own page: authorization code with PKCE (RFC 7636), so no secret is in this code. */

import { keep } from "./session.js";

const PENDING = "gramledger.sign-in";

/** @typedef {{url: string, client_id: string}} SignIn */

/** Leave for the sign-in page. @param {SignIn} place */
export async function begin(place) {
  const [verifier, state] = [secret(), secret()];
  sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state }));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: place.client_id,
    redirect_uri: here(),
    scope: "openid",
    state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  });
  location.assign(`${place.url}/oauth2/authorize?${query}`);
}

/**
 * Come back from the sign-in page: change the code in the address for a token.
 * @param {SignIn | null} place
 * @returns {Promise<string | null>} why it failed, or null
 */
export async function finish(place) {
  const query = new URLSearchParams(location.search);
  if (!place || !(query.has("code") || query.has("error"))) return null;
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
  sessionStorage.removeItem(PENDING);
  history.replaceState(null, "", "/#/");
  if (!query.has("code") || !pending || pending.state !== query.get("state")) {
    return "The sign-in was not completed. Try again.";
  }
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: place.client_id,
    redirect_uri: here(),
    code: query.get("code"),
    code_verifier: pending.verifier,
  });
  const answer = await fetch(`${place.url}/oauth2/token`, { method: "POST", body: form }).catch(() => null);
  const tokens = answer?.ok ? await answer.json() : null;
  if (!tokens?.id_token) return "The sign-in page gave no token. Try again.";
  keep(tokens.id_token);
  return null;
}

/** Leave the sign-in page's session too. @param {SignIn} place */
export function signOut(place) {
  location.assign(`${place.url}/logout?${new URLSearchParams({ client_id: place.client_id, logout_uri: here() })}`);
}

const here = () => `${location.origin}/`;

const secret = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
