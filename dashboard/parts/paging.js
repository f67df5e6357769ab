const OUTCOME_ICONS = {
  acknowledged: '<path d="m3 8.5 3.2 3.2L13 4.8" fill="none" stroke="currentColor" stroke-width="2.2"/>',
  going: '<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.8" stroke-dasharray="3 2.500"/>',
  over: '<path d="M4 8h8" stroke="currentColor" stroke-width="2"/>',
  bad: '<path d="m4 4 8 8m0-8-8 8" fill="none" stroke="currentColor" stroke-width="2"/>',
};

function clock(iso) {
  return new Date(iso).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

function inWords(iso, now = Date.now()) {
  const seconds = Math.round((Date.parse(iso) - now) / 1000);
  if (seconds <= 0) return "now";
  if (seconds < 90) return `in ${seconds} s`;
  return seconds < 5400 ? `in ${Math.round(seconds / 60)} min` : `in ${Math.round(seconds / 3600)} h`;
}

function until(iso) {
  return h("time", { datetime: iso, title: at(iso), "data-until": iso }, inWords(iso));
}

function countDown(root) {
  clearInterval(root.shiftbotUntil);
  root.shiftbotUntil = setInterval(() => {
    for (const each of root.querySelectorAll("[data-until]")) each.textContent = inWords(each.dataset.until);
  }, 1000);
  return () => clearInterval(root.shiftbotUntil);
}

function attempt(item) {
  const times = [item.started_at ?? item.due_at, item.outcome_at, item.ended_at].filter(Boolean);
  return h("li", { class: `attempt ${item.tone}` }, icon(OUTCOME_ICONS[item.tone] ?? OUTCOME_ICONS.over, 14),
    h("div", { class: "who" }, h("b", {}, h("bdi", {}, item.person)), ` ${item.method}`, item.detail && h("small", {}, ` ${item.detail}`)),
    h("div", { class: "how" }, h("span", {}, item.outcome), h("small", { title: times.map(at).join(" → ") }, [...new Set(times.map(clock))].join(" → "))));
}

function standing(page, go) {
  const other = (id) => h("a", { href: `ticket?id=${id}`, target: "_self", onclick: go(id) }, `#${id}`);
  if (page.state === "ringing" && page.leader) return ["Waits beside ", other(page.leader), `, which ${page.holder ?? "somebody"} has; rings by itself `, until(page.due_at)];
  if (page.state === "joined") return ["Joined the page of ", other(page.leader), `: one ring for all of them. Round ${page.cycle} of it.`];
  if (page.state === "ringing") return [`Ringing, round ${page.cycle}${page.cycle > page.cycles ? ", slowly" : ` of ${page.cycles}`}`];
  if (page.state === "acknowledged") {
    return [h("b", {}, h("bdi", {}, page.holder ?? "Somebody")), " has it", ...(page.since ? [" for ", timeMark(page.since)] : []),
      ...(page.expires_at ? [", rings again ", until(page.expires_at), " without a sign"] : [])];
  }
  return ["Over."];
}

function card(page, go) {
  const next = page.next.length ? h("p", { class: "next" }, h("span", {}, "Next: "), page.next.join(", "), page.due_at && [", ", until(page.due_at), ` (${clock(page.due_at)})`]) : null;
  const companions = page.companions.length ? h("p", { class: "with" }, "Same page: ", page.companions.map((each) =>
    h("a", { href: `ticket?id=${each.id}`, target: "_self", onclick: go(each.id), title: each.title ?? "" }, statusMark(each.status, false), `#${each.id}${each.is_leader ? " (leads)" : ""}`))) : null;
  const steps = new Map();
  for (const each of page.attempts) steps.set(each.batch, [...(steps.get(each.batch) ?? []), each]);
  return [h("p", { class: `standing ${page.state}` }, standing(page, go)), next, companions,
    page.attempts.length ? h("ol", { class: "steps" }, [...steps].map(([batch, some]) =>
      h("li", {}, h("span", { class: "step" }, some[0].label), h("ol", {}, some.map(attempt))))) : h("p", { class: "none" }, "Nobody was rung yet.")];
}

function earlierPages(root, pages, go) {
  const kept = root.querySelector("details") ?? h("details", {}, h("summary", {}), h("div", {}));
  kept.firstElementChild.textContent = `Earlier pages (${pages.length})`;
  kept.lastElementChild.replaceChildren(...pages.map((page) => h("div", { class: "one" }, h("p", {}, timeMark(page.opened_at), " ago"), card(page, go))));
  return kept;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const go = (id) => answered(() => setTriggerValue("ticket", id));
  const root = parentElement.querySelector(".root");
  const [current, ...before] = data.pages[0]?.is_open || data.is_test ? data.pages : [null, ...data.pages];
  const scrolled = root.querySelector(".steps")?.scrollTop ?? 0;
  redrawIfNew(root, data, () => [h("section", { class: current?.state ?? "" }, h("h2", {}, data.is_test ? "Test page" : "Paging"),
    current ? card(current, go) : h("p", { class: "none" }, "Nobody is being rung for this ticket."),
    before.length ? earlierPages(root, before, go) : null)]);
  const steps = root.querySelector(".steps");
  if (steps) steps.scrollTop = scrolled;
  const stops = [keepTimesFresh(parentElement), countDown(parentElement)];
  return () => stops.forEach((stop) => stop());
}
