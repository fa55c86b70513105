/** Elements from plain values. Text only ever becomes text: there is no way here to turn a value into markup. */

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [properties] attributes; functions named `on...` become listeners; false and null are left out
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children));
  return element;
}

/**
 * Put children in place of what an element holds.
 * @param {Element} element
 * @param {...(Node | string | number | null | undefined | false)} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
}

function present(children) {
  return children
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/** An id that no other element has. @param {string} name */
export function unique(name) {
  unique.last = (unique.last ?? 0) + 1;
  return `${name}-${unique.last}`;
}
