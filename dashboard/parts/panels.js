// Small panels, each read in one look: a value, what it means, and at most one little chart or list.

const TONES = {
  good: SHAPES.closed, warn: SHAPES.escalated, bad: SHAPES.escalation_pending,
};

function bars(series) {
  const highest = Math.max(1e-9, ...series.map((point) => point.y ?? 0));
  return [
    h("div", { class: "bars", role: "img", "aria-label": series.map((point) => point.label).join(", ") },
      series.map((point) => h("i", {
        class: point.y ? "" : "none", style: `height:${Math.max(2, 100 * (point.y ?? 0) / highest)}%`, title: point.label,
      }, point.part ? h("b", { style: `height:${100 * point.part / point.y}%` }) : null))),
    h("div", { class: "axis" }, h("span", {}, clockOf(series[0])), series.length > 1 && h("span", {}, clockOf(series.at(-1)))),
  ];
}

function clockOf(point) {
  return point?.at ? new Date(point.at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" }) : "";
}

function row(item) {
  return h("li", { class: item.tone ?? "", title: item.title ?? "" }, h("span", {}, item.name),
    h("span", {}, item.at ? timeMark(item.at) : null, item.value ?? ""),
    item.share === undefined ? null : h("span", { class: "share" }, h("i", { style: `width:${100 * item.share}%` })));
}

function panel(data) {
  return h("section", { class: `panel ${data.tone ?? ""} ${data.is_wide ? "wide" : ""}` },
    h("h3", {}, data.tone ? h("span", { class: "tone" }, icon(TONES[data.tone])) : null, data.title),
    data.value === undefined ? null : h("div", { class: "value" }, data.value, data.unit ? h("small", {}, data.unit) : null),
    data.series?.length ? bars(data.series) : null,
    data.rows?.length ? h("ul", {}, data.rows.map(row)) : null,
    data.words ? h("p", {}, data.words) : null);
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  redraw(root, data, (each) => each.title, panel);
  return keepTimesFresh(root);
}
