// What parts share. Text from people only ever becomes a text node: nothing here writes markup that was not written here.

const SHAPES = {
  open: '<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="2"/>',
  auto_answered: '<path d="M8 2.5a5.5 5.5 0 1 0 0 11z" fill="currentColor"/><circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="2"/>',
  awaiting_feedback: '<rect x="2.5" y="2.5" width="11" height="11" rx="2" fill="none" stroke="currentColor" stroke-width="2"/><path d="M5.5 8h5" stroke="currentColor" stroke-width="2"/>',
  escalation_pending: '<path d="M8 1.5 15 14H1z" fill="currentColor"/>',
  escalated: '<path d="M8 1.5 14.5 8 8 14.5 1.5 8z" fill="currentColor"/>',
  closed: '<path d="m3 8.5 3.2 3.2L13 4.8" fill="none" stroke="currentColor" stroke-width="2.2"/>',
};
const STATUS_WORDS = {
  open: "Open", auto_answered: "Answered", awaiting_feedback: "Waiting for customer",
  escalation_pending: "Ringing", escalated: "Engineer has it", closed: "Closed",
};

// An element; children are nodes or text. `on…` are listeners, everything else an attribute.
function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

function icon(shape, size = 16) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("width", size);
  svg.setAttribute("height", size);
  svg.setAttribute("aria-hidden", "true");
  svg.innerHTML = shape;  // always one of ours
  return svg;
}

function statusMark(status, withWords = true) {
  return h("span", { class: `status ${status}`, title: STATUS_WORDS[status] ?? status },
    icon(SHAPES[status] ?? SHAPES.open), withWords ? STATUS_WORDS[status] ?? status
      : h("span", { class: "visually-hidden" }, STATUS_WORDS[status] ?? status));
}

function severityMark(severity) {
  if (severity === null || severity === undefined) return h("span", { class: "severity", title: "no severity yet" });
  const bars = severity >= 0.75 ? 4 : severity >= 0.5 ? 3 : severity >= 0.25 ? 2 : 1;
  const words = `severity ${severity.toFixed(2)}`;
  return h("span", { class: `severity${severity >= 0.7 ? " serious" : ""}`, title: words, role: "img", "aria-label": words },
    [1, 2, 3, 4].map((n) => h("i", { class: n <= bars ? "on" : "" })));
}

// How long ago, in one or two words: "now", "4 min", "3 h", "2 d". `soon` is said of less than a minute.
function ago(iso, soon = "now") {
  const seconds = Math.max(0, (Date.now() - Date.parse(iso)) / 1000);
  if (seconds < 45) return soon;
  if (seconds < 3570) return `${Math.max(1, Math.round(seconds / 60))} min`;
  if (seconds < 84600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

// The viewer's own zone and habits.
function at(iso) {
  return new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

function timeMark(iso, className = "time", soon = "now") {
  return h("time", { class: className, datetime: iso, title: at(iso), "data-ago": iso, "data-soon": soon }, ago(iso, soon));
}

// Relative times grow old while nothing is redrawn.
function keepTimesFresh(root) {
  clearInterval(root.shiftbotTimes);
  root.shiftbotTimes = setInterval(() => {
    for (const each of root.querySelectorAll("[data-ago]")) each.textContent = ago(each.dataset.ago, each.dataset.soon);
  }, 15000);
  return () => clearInterval(root.shiftbotTimes);
}

// Leaves alone what has not changed: rows keep their scroll, focus and selection. `draw` makes an element of an item.
function redraw(parent, items, key, draw) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item)), print = JSON.stringify(item);
    let child = before.get(name);
    before.delete(name);
    if (!child || child.shiftbotPrint !== print) {
      const fresh = draw(item);
      fresh.dataset.key = name;
      fresh.shiftbotPrint = print;
      if (child) {
        const focused = child.contains(child.getRootNode().activeElement);
        if (place === child) place = fresh;
        child.replaceWith(fresh);
        if (focused) (fresh.matches("a,button,[tabindex]") ? fresh : fresh.querySelector("a,button,[tabindex]"))?.focus();
      }
      child = fresh;
    }
    if (child !== place) parent.insertBefore(child, place);
    else place = place.nextElementSibling;
    if (child === place) place = place.nextElementSibling;
  }
  for (const gone of before.values()) gone.remove();
}

// A press on a link of ours that Streamlit answers; with a key or another button it is the browser's business: a new tab.
function answered(answer) {
  return (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    answer();
  };
}

// Draws only what differs from the last time, and leaves the focus where it was.
function redrawIfNew(root, data, draw) {
  const print = JSON.stringify(data);
  if (root.shiftbotPrint === print) return;
  root.shiftbotPrint = print;
  const places = () => [...root.querySelectorAll("a, button, summary")];
  const focused = places().indexOf(root.getRootNode().activeElement);
  root.replaceChildren(...draw());
  if (focused >= 0) places()[focused]?.focus();
}
