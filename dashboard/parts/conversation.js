const TICK = '<path d="m3 8.5 3.2 3.2L13 4.8" fill="none" stroke="currentColor" stroke-width="2"/>';
const CLOCK = '<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M8 4.8V8l2.2 1.6" fill="none" stroke="currentColor" stroke-width="1.6"/>';
const CROSS = '<path d="m4 4 8 8m0-8-8 8" fill="none" stroke="currentColor" stroke-width="2"/>';
const QUERY = '<path d="M5.6 6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2.9-1.2 1.8M8 12.4v.1" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/>';
const CLIP = '<path d="M13 7.5 8 12.4a3.2 3.2 0 0 1-4.5-4.5l5-5a2.1 2.1 0 0 1 3 3l-4.9 4.9a1 1 0 0 1-1.5-1.5l4.5-4.4" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/>';
const STATES = { pending: CLOCK, delivered: TICK, unknown: QUERY, failed: CROSS, withdrawn: CROSS };
const LONG = 1200;

function words(text, isErased) {
  if (isErased) return h("p", { class: "words gone" }, "These words were erased.");
  if (!text) return null;
  const told = h("p", { class: text.length > LONG ? "words long" : "words", dir: "auto" }, text);
  if (text.length <= LONG) return told;
  const all = h("button", { class: "all", type: "button", onclick: () => { told.classList.remove("long"); all.remove(); } },
    `Show all ${text.length.toLocaleString()} characters`);
  return [told, all];
}

function size(bytes) {
  if (!bytes) return "";
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function attachment(file) {
  const known = [file.kind, size(file.size), file.note].filter(Boolean).join(", ");
  if (file.url && file.is_image) {
    const shown = h("img", { src: file.url, alt: file.name || file.kind, loading: "lazy", referrerpolicy: "no-referrer" });
    return h("a", { class: "picture", href: file.url, target: "_blank", rel: "noopener noreferrer", title: file.name }, shown);
  }
  const inside = [icon(CLIP), h("bdi", {}, file.name || file.kind), h("small", {}, known)];
  return file.url ? h("a", { class: "file", href: file.url, target: "_blank", rel: "noopener noreferrer", download: file.name || true }, inside)
    : h("span", { class: `file ${file.state ?? ""}` }, inside);
}

function versions(item) {
  return h("details", { class: "earlier" }, h("summary", {}, "edited"),
    h("ol", {}, item.earlier.map((each) => h("li", {}, timeMark(each.at), " ", words(each.text, each.is_erased)))));
}

function state(item) {
  if (!item.state) return null;
  return h("span", { class: `state ${item.state}` }, icon(STATES[item.state] ?? CLOCK, 13), item.state_words);
}

function draw(item) {
  if (item.day) return h("li", { class: "day" }, h("span", {}, item.day));
  if (item.press) return h("li", { class: "press" }, h("bdi", {}, item.who), ` ${item.press} `, timeMark(item.at));
  const about = h("div", { class: "about" }, h("b", {}, h("bdi", {}, item.who)), item.label && h("small", {}, item.label),
    timeMark(item.at), item.earlier?.length ? versions(item) : null,
    item.deleted_at && h("span", { class: "mark" }, "deleted ", timeMark(item.deleted_at)));
  const classes = `said ${item.side}${item.deleted_at ? " deleted" : ""}${item.state === "withdrawn" ? " withdrawn" : ""}`;
  return h("li", { class: classes }, about,
    h("div", { class: "bubble" }, words(item.text, item.is_erased), item.files?.length ? h("div", { class: "files" }, item.files.map(attachment)) : null),
    state(item), item.error && h("span", { class: "error" }, item.error));
}

// A line above the first of each day, in the viewer's zone.
function withDays(items) {
  let last = "";
  return items.flatMap((item) => {
    const day = new Date(item.at).toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
    const line = day === last ? [] : [{ key: `day ${day}`, day }];
    last = day;
    return [...line, item];
  });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let list = root.querySelector("ol.talk");
  if (!list) {
    list = h("ol", { class: "talk" });
    const below = h("button", { class: "below", type: "button", hidden: true, onclick: () => { pane.scrollTop = pane.scrollHeight; } }, "New below ↓");
    const pane = h("div", { class: "pane", tabindex: "0", role: "log", "aria-label": "Conversation" }, h("div", { class: "more" }), list);
    pane.onscroll = () => { if (isAtEnd(pane)) below.hidden = true; };
    root.replaceChildren(pane, below);
  }
  const pane = root.querySelector(".pane");
  const wasAtEnd = !list.children.length || isAtEnd(pane);
  const count = list.children.length;
  const heightBefore = pane.scrollHeight, oldest = list.firstElementChild?.dataset.key;
  root.querySelector(".more").replaceChildren(data.earlier > 0 ? h("button", { type: "button", onclick: () => setTriggerValue("more", true) },
    `Show ${Math.min(data.earlier, data.step)} of ${data.earlier} earlier`) : "");
  redraw(list, withDays(data.items), (item) => item.key, draw);
  if (!data.items.length) list.replaceChildren(h("li", { class: "empty" }, "Nothing was said on this ticket yet."));
  if (wasAtEnd) pane.scrollTop = pane.scrollHeight;
  else if (list.firstElementChild?.dataset.key !== oldest) pane.scrollTop += pane.scrollHeight - heightBefore;
  else if (list.children.length > count) root.querySelector(".below").hidden = false;
  for (const each of list.querySelectorAll("img")) each.onload ??= () => { if (wasAtEnd) pane.scrollTop = pane.scrollHeight; };
  return keepTimesFresh(parentElement);
}

function isAtEnd(pane) {
  return pane.scrollHeight - pane.scrollTop - pane.clientHeight < 60;
}
