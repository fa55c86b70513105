/** Asking again and again, politely: every second at first, at most every five, and not while nobody looks. */

const FIRST_MS = 1000;
const LAST_MS = 5000;
const QUICK_LOOKS = 8;
const GROWTH = 1.25;

/**
 * @param {() => Promise<boolean>} ask whether to ask again; an error counts as yes
 * @param {number} [steady] milliseconds between two questions, instead of the growing ones
 * @returns {() => void} stops the asking
 */
export function poll(ask, steady) {
  let [looks, wait, timer, stopped] = [0, steady ?? FIRST_MS, 0, false];
  const next = async () => {
    if (stopped) return;
    if (document.hidden) {
      document.addEventListener("visibilitychange", next, { once: true });
      return;
    }
    const goesOn = await ask().catch(() => true);
    if (stopped || !goesOn) return;
    looks += 1;
    if (!steady && looks > QUICK_LOOKS) wait = Math.min(wait * GROWTH, LAST_MS);
    timer = setTimeout(next, wait);
  };
  next();
  return () => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", next);
  };
}
