// Tickets, in one list or in lanes. Rows keep scroll and focus while others move; the keyboard goes through them.

const BELL = '<path d="M8 1.5a4.2 4.2 0 0 0-4.2 4.2c0 3.6-1.6 4.8-1.6 4.8h11.6s-1.6-1.2-1.6-4.8A4.2 4.2 0 0 0 8 1.5zM6.4 12.6a1.7 1.7 0 0 0 3.2 0" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/>';
const CLIP = '<path d="m12.8 7.2-5 5a3 3 0 0 1-4.3-4.3l5.3-5.2a2 2 0 0 1 2.9 2.8L6.4 10.7a1 1 0 0 1-1.4-1.4l4.6-4.6" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/>';
const CLOCK = '<circle cx="8" cy="8" r="5.7" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M8 4.8V8l2.2 1.6" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/>';

function pageMark(page) {
  const who = page.who && h("bdi", {}, page.who);
  const words = {
    ringing: [who ? ["rings ", who] : "is about to ring", " · ", timeMark(page.since, "time", "<1 min")],
    acknowledged: [who ?? "somebody", " has it"],
    joined: [`rings with #${page.leader}`],
  }[page.state];
  return h("span", { class: `page ${page.state}` }, icon(BELL, 13), words);
}

function row(ticket, press) {
  const address = `ticket?id=${ticket.id}`;
  const waits = ticket.waiting_since && h("span", { class: "waits", title: `Its customer has waited since ${at(ticket.waiting_since)}` },
    icon(CLOCK, 13), h("span", { class: "label" }, "waiting "), timeMark(ticket.waiting_since, "time", "<1 min"));
  return h("li", { class: `ticket ${ticket.status}${ticket.page?.state === "ringing" ? " rings" : ""}` },
    h("span", { class: "marks" }, severityMark(ticket.severity), statusMark(ticket.status, false)),
    h("div", { class: "words" },
      h("a", { href: address, target: "_self", onclick: answered(() => press("ticket", ticket.id)) },
        h("span", { class: "number" }, `#${ticket.id}`), h("span", { class: `title${ticket.title ? "" : " untitled"}`, dir: "auto" }, ticket.title ?? "Not triaged yet")),
      h("p", {}, ticket.reporter && h("bdi", { class: "reporter" }, ticket.reporter), h("span", { class: "snippet", dir: "auto" }, ticket.snippet))),
    h("div", { class: "facts" },
      ticket.page && pageMark(ticket.page),
      ticket.has_draft && h("span", { class: "draft", title: "A drafted reply waits for somebody to approve it" }, "draft"),
      ticket.attachments > 0 && h("span", { class: "files", title: `${ticket.attachments} attached` }, icon(CLIP, 13), String(ticket.attachments)),
      h("span", { class: "source", title: `${ticket.platform}: ${ticket.source}` }, h("bdi", {}, ticket.source)),
      h("span", { class: `assignee${ticket.assignee ? "" : " none"}`, title: "Assignee" }, ticket.assignee ? h("bdi", {}, ticket.assignee) : "unassigned")),
    h("div", { class: "times" }, waits, h("span", { class: "updated", title: `Last activity ${at(ticket.updated_at)}` }, timeMark(ticket.updated_at))),
    ticket.can_acknowledge && h("button", { type: "button", class: `acknowledge${ticket.page.state === "joined" ? " quiet" : ""}`, onclick: () => press("acknowledge", ticket.id) }, "Acknowledge"));
}

const lane = () => h("section", { class: "lane" }, h("h2", {}), h("ol", {}), h("div", { class: "after" }));

function fill(made, data, press) {
  const [head, rows, after] = made.children;
  head.hidden = !data.status;
  if (data.status) head.replaceChildren(statusMark(data.status), h("b", {}, data.count));
  redraw(rows, data.tickets, (ticket) => ticket.id, (ticket) => row(ticket, press));
  const none = data.tickets.length === 0 && data.status && h("p", { class: "none" }, "None");
  redrawIfNew(after, { more: data.more, none: Boolean(none) }, () => [none || "",
    data.more ? h("button", { type: "button", onclick: () => press("more", data.key) }, data.more) : ""]);
}

function empty(said, press) {
  return h("section", { class: "empty" }, h("h2", {}, said.title), said.words.map((words) => h("p", {}, words)),
    said.command && h("pre", {}, said.command), said.clear && h("button", { type: "button", onclick: () => press("clear", true) }, said.clear));
}

// j and k go through the tickets, / to the search; Enter opens, as everywhere. Never while somebody types.
function listenToKeys(root, press) {
  const pressed = (event) => {
    const typed = event.composedPath()[0];
    if (event.metaKey || event.ctrlKey || event.altKey || typed.matches?.("input, textarea, select, [contenteditable]")) return;
    if (event.key === "/") {
      document.querySelector(".st-key-board_q input")?.focus();
      event.preventDefault();
      return;
    }
    const links = [...root.querySelectorAll("li.ticket a")];
    const now = links.indexOf(root.getRootNode().activeElement);
    const next = { j: links[now + 1], k: links[now < 0 ? links.length - 1 : now - 1] }[event.key];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest" });
      event.preventDefault();
    }
  };
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!root.firstChild) root.append(h("div", { class: "top" }), h("div", { class: "lists" }), h("div", { class: "said" }));
  const [top, lists, said] = root.children;
  lists.className = `lists ${data.view}`;
  redrawIfNew(top, { older: data.is_older }, () => (data.is_older
    ? [h("button", { type: "button", onclick: () => setTriggerValue("more", "newest") }, "Back to the newest")] : []));
  const before = new Map([...lists.children].map((child) => [child.dataset.key, child]));
  for (const each of data.lists) {
    const made = before.get(each.key) ?? lane();
    before.delete(each.key);
    made.dataset.key = each.key;
    if (!made.isConnected) lists.append(made);
    fill(made, each, setTriggerValue);
  }
  for (const gone of before.values()) gone.remove();
  redrawIfNew(said, data.empty, () => (data.empty ? [empty(data.empty, setTriggerValue)] : []));
  const stops = [keepTimesFresh(parentElement), data.has_keys ? listenToKeys(root) : () => {}];
  return () => stops.forEach((stop) => stop());
}
