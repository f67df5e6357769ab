// Who has the shift and who is next; the gaps of the coming week; who had it before.

function span(from, to) {
  const day = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false };
  const [a, b] = [new Date(from), new Date(to)];
  const same = a.toDateString() === b.toDateString();
  return `${a.toLocaleString(undefined, day)} – ${same ? b.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hour12: false }) : b.toLocaleString(undefined, day)}`;
}

function holder(now) {
  if (!now.engineer_id) {
    return [h("h2", { class: "nobody" }, "Nobody is on call"), h("p", {}, "A serious ticket rings everybody at once until somebody takes the shift.")];
  }
  const until = now.until && h("span", {}, "until ", h("b", {}, new Date(now.until).toLocaleString(undefined, { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hour12: false })));
  return [h("p", { class: "label" }, "On call now"), h("h2", {}, h("bdi", {}, now.name), now.is_me && h("small", {}, "that is you")),
    h("p", {}, now.since && h("span", {}, `since ${new Date(now.since).toLocaleString(undefined, { weekday: "long", hour: "2-digit", minute: "2-digit", hour12: false })}`), until, now.reason && h("span", { class: "reason" }, h("bdi", {}, now.reason)))];
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  const isOpen = root.querySelector("details")?.open;
  redrawIfNew(root, data, () => [
    h("section", { class: data.now.engineer_id ? "now" : "now none" }, h("div", {}, holder(data.now)),
      h("div", { class: "next" }, h("p", { class: "label" }, "Next"),
        data.next ? [h("b", {}, h("bdi", {}, data.next.name)), h("p", {}, span(data.next.starts_at, data.next.ends_at))] : h("p", {}, "Nobody else is planned."))),
    data.gaps.length && h("section", { class: "gaps", role: "alert" }, h("b", {}, "Nobody is on call"),
      h("ul", {}, data.gaps.map((gap) => h("li", {}, h("span", {}, span(gap.starts_at, gap.ends_at)), h("small", {}, gap.reason))))),
    data.spells.length && h("details", { open: isOpen }, h("summary", {}, "Who was on call"),
      h("ol", {}, data.spells.map((spell) => h("li", {}, h("b", {}, h("bdi", {}, spell.name)),
        h("span", {}, spell.ended_at ? span(spell.started_at, spell.ended_at) : `since ${at(spell.started_at)}`),
        h("small", {}, h("bdi", {}, [spell.reason, `by ${spell.started_by}`].filter(Boolean).join(", "))))))),
  ].filter(Boolean));
}
