const COPY = '<path d="M6.6 9.4a2.6 2.6 0 0 0 3.7 0l2.5-2.5a2.6 2.6 0 0 0-3.7-3.7l-.9.9M9.4 6.6a2.6 2.6 0 0 0-3.7 0L3.2 9.1a2.6 2.6 0 0 0 3.7 3.7l.9-.9" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/>';
const BACK = '<path d="M9.5 3.5 5 8l4.5 4.5" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>';

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {  // an address without https has no clipboard
    return false;
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const away = (name, value) => answered(() => setTriggerValue(name, value));
  redrawIfNew(parentElement.querySelector(".root"), data, () => [draw(data, away)]);
  return keepTimesFresh(parentElement);
}

function draw(data, away) {
  const address = `${location.origin}${location.pathname.replace(/[^/]*$/, "")}ticket?id=${data.id}`;
  const copied = h("span", { class: "copied", role: "status" });
  const link = h("button", { class: "quiet", type: "button", title: "Copy the link to this ticket", onclick: async () => {
    copied.textContent = (await copy(address)) ? "Copied" : address;
    setTimeout(() => { copied.textContent = ""; }, 4000);
  } }, icon(COPY), h("span", {}, "Copy link"));
  const fact = (label, ...content) => h("div", { class: "fact" }, h("dt", {}, label), h("dd", {}, ...content));
  const other = (ticket) => h("a", { href: `ticket?id=${ticket.id}`, target: "_self", onclick: away("ticket", ticket.id), title: ticket.title ?? "" },
    statusMark(ticket.status, false), ` #${ticket.id}`);
  const relatives = [["Continues", true], ["Went on in", false]].map(([words, is_earlier]) => {
    const some = data.relatives.filter((each) => each.is_earlier === is_earlier);
    return some.length ? fact(words, some.map(other)) : null;
  });
  const flaw = data.flaw && h("p", { class: "flaw", role: "alert" },
    h("b", {}, "The journal of this ticket is not intact. "),
    `Row ${data.flaw.seq}: ${data.flaw.problem}. Do not rely on what it says, and tell whoever runs the database.`);
  return h("section", { class: "head" },
    h("div", { class: "bar" },
      h("a", { class: "back", href: ".", target: "_self", onclick: away("board", true) }, icon(BACK), "Board"),
      h("span", { class: "number" }, `#${data.id}`), link, copied),
    h("h1", { dir: "auto", class: data.title ? "" : "untitled" }, data.title ?? "Not triaged yet"),
    flaw,
    h("dl", {},
      fact("Status", statusMark(data.status), h("small", {}, timeMark(data.since, "since"))),
      fact("Severity", severityMark(data.severity), data.severity === null ? "none yet" : data.severity.toFixed(2)),
      fact("Assignee", data.assignee ?? h("span", { class: "none" }, "nobody")),
      fact("Opened by", h("bdi", {}, data.reporter), h("small", {}, timeMark(data.created_at))),
      fact("Where", h("span", {}, `${data.platform}, `, h("bdi", {}, data.source)), h("small", {}, data.thread)),
      relatives),
    data.summary && h("p", { class: "summary", dir: "auto", title: data.summary }, data.summary));
}
