const CHIPS = { all: "All", people: "People", bot: "Bot", paging: "Paging", system: "System" };
const SHIELD = '<path d="M8 1.5 13.5 4v4c0 3.3-2.3 5.6-5.5 6.6C4.800 13.600 2.500 11.300 2.500 8V4z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/><path d="m5.500 8 1.900 1.900 3.200-3.600" fill="none" stroke="currentColor" stroke-width="1.600"/>';
const BROKEN = '<path d="M8 1.5 15 14H1z" fill="currentColor"/>';

function moment(iso) {
  const then = new Date(iso), today = then.toDateString() === new Date().toDateString();
  return then.toLocaleString(undefined, { ...(today ? {} : { day: "numeric", month: "short" }), hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

function facts(item) {
  return h("dl", {}, Object.entries(item.facts).map(([name, value]) => [h("dt", {}, name.replaceAll("_", " ")),
    h("dd", { dir: "auto" }, typeof value === "object" && value !== null ? JSON.stringify(value, null, 1) : String(value))]).flat());
}

function draw(item) {
  const row = h("div", { class: "row" },
    h("p", {}, h("b", {}, h("bdi", {}, item.who)), ` ${item.what}`, item.aside && h("small", { class: "aside" }, ` (${item.aside})`),
      item.moved && h("span", { class: "moved" }, " → ", statusMark(item.moved))),
    item.text && h("blockquote", { dir: "auto" }, item.text),
    item.is_bad && h("p", { class: "problem", role: "alert" }, icon(BROKEN, 13), ` ${item.is_bad}`));
  return h("li", { class: `${item.kind}${item.is_bad ? " bad" : ""}` }, h("details", {},
    h("summary", { title: "Show all facts of this row" }, h("span", { class: "seq" }, item.seq), row,
      h("span", { class: "when" }, timeMark(item.at), h("small", {}, moment(item.at)))),
    facts(item)));
}

function chips(data, setTriggerValue) {
  return h("div", { class: "chips", role: "group", "aria-label": "Which rows" }, Object.entries(CHIPS).map(([name, words]) =>
    h("button", { type: "button", "aria-pressed": String(name === data.filter), onclick: () => setTriggerValue("filter", name) },
      words, h("small", {}, ` ${data.counts[name]}`))));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!root.querySelector("ol")) {
    root.replaceChildren(h("section", {}, h("div", { class: "bar" }), h("div", { class: "choice" }), h("ol", {}), h("div", { class: "more" })));
  }
  root.querySelector(".bar").replaceChildren(h("h2", {}, "Timeline"), data.flaw
    ? h("span", { class: "proof bad", role: "alert" }, icon(BROKEN, 14), `Not intact: row ${data.flaw.seq}`)
    : h("span", { class: "proof", title: `All ${data.counts.all} rows follow from one another; checked ${at(data.checked_at)}` }, icon(SHIELD, 15), "Chain verified"));
  const focused = root.getRootNode().activeElement?.textContent;
  root.querySelector(".choice").replaceChildren(chips(data, setTriggerValue));
  for (const each of root.querySelectorAll(".choice button")) if (each.textContent === focused) each.focus();
  const list = root.querySelector("ol");
  redraw(list, data.items, (item) => item.seq, draw);
  if (!data.items.length) list.replaceChildren(h("li", { class: "empty" }, "No row of this kind."));
  root.querySelector(".more").replaceChildren(data.earlier > 0
    ? h("button", { type: "button", onclick: () => setTriggerValue("more", true) }, `Show ${Math.min(data.earlier, data.step)} of ${data.earlier} earlier`) : "");
  return keepTimesFresh(parentElement);
}
