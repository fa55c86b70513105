/**
 * Who is signed in. The token lives in this tab's sessionStorage and nowhere else: it arrives in the address's fragment
 * (which browsers never send) or from the sign-in page, and leaves the address before anything else happens.
 */

const KEY = "gramledger.token";
const EXPIRED = "gramledger.expired";
const MARGIN_MS = 5000;

export const session = new EventTarget();

/** Take a token out of the address; whether there was one. */
export function takeTokenFromAddress() {
  const match = /^#token=([^&]+)$/.exec(location.hash);
  if (!match) return false;
  history.replaceState(null, "", "/#/");
  keep(decodeURIComponent(match[1]));
  return true;
}

/** @param {string} token an ID token */
export function keep(token) {
  sessionStorage.setItem(KEY, token);
  sessionStorage.removeItem(EXPIRED);
}

/** The token, or null when there is none that is still valid. */
export function token() {
  const kept = sessionStorage.getItem(KEY);
  if (!kept) return null;
  const claims = read(kept);
  if (claims && claims.exp * 1000 > Date.now() + MARGIN_MS) return kept;
  end();
  return null;
}

/** Forget a token that is not accepted any more. */
export function end() {
  if (sessionStorage.getItem(KEY)) sessionStorage.setItem(EXPIRED, "yes");
  sessionStorage.removeItem(KEY);
  session.dispatchEvent(new Event("end"));
}

/** Forget the token because the reader wants to leave. */
export function leave() {
  sessionStorage.removeItem(KEY);
  sessionStorage.removeItem(EXPIRED);
}

/** Whether there was a sign-in that has ended. */
export function hasExpired() {
  return sessionStorage.getItem(EXPIRED) === "yes";
}

/** What the token says of its owner, for display only: the API verifies it. */
export function caller() {
  const claims = read(sessionStorage.getItem(KEY) ?? "") ?? {};
  return { user: claims.email ?? claims["cognito:username"] ?? "", tenant: claims["custom:tenant"] ?? "" };
}

function read(jwt) {
  try {
    const text = atob(jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
  } catch {
    return null;
  }
}
