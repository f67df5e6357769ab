function fact(label, value, title = null) {
  return value === null || value === undefined || value === "" ? null : h("div", { title }, h("dt", {}, label), h("dd", {}, value));
}

function seconds(ms) {
  if (ms === null) return null;
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function money(dollars) {
  return dollars === null ? null : `$${dollars.toFixed(dollars < 0.01 ? 5 : 3)}`;
}

function body(verdict) {
  const tokens = verdict.tokens_in || verdict.tokens_out ? `${verdict.tokens_in} in, ${verdict.tokens_out} out` : null;
  return [
    h("p", { class: "made" }, verdict.became, verdict.is_dropped ? "" : h("span", { class: "why" }, ` ${verdict.compared}`)),
    verdict.fallback_reason && h("p", { class: "fallback" }, h("b", {}, "The model did not decide: "), verdict.fallback_reason),
    verdict.reason && h("p", { class: "reason", dir: "auto" }, verdict.reason),
    h("dl", {}, fact("Engine", verdict.engine), fact("Model", verdict.model), fact("Took", seconds(verdict.latency_ms)),
      fact("Tokens", tokens), fact("Cost", money(verdict.cost)), fact("Language", verdict.language),
      fact("Wants a human", verdict.escalate ? "yes" : "no"), fact("Prompt", verdict.prompt_digest && verdict.prompt_digest.slice(0, 8), verdict.prompt_digest),
      fact("Rules", verdict.rules_digest && verdict.rules_digest.slice(0, 8), verdict.rules_digest)),
  ];
}

function read(data) {
  const later = data.unread ? h("p", { class: "unread" }, `${data.unread} later message${data.unread > 1 ? "s were" : " was"} not read.`) : null;
  return [later, h("ol", { class: "read" }, data.read.map((each) =>
    h("li", { class: each.side }, h("b", {}, h("bdi", {}, each.who)), h("p", { dir: "auto" }, each.text || "no words"))))];
}

// Keeps what is open open: the body of each is drawn anew, the element stays.
function fold(root, name, words, content) {
  const kept = root.querySelector(`details.${name}`) ?? h("details", { class: name }, h("summary", {}), h("div", {}));
  kept.firstElementChild.textContent = words;
  kept.lastElementChild.replaceChildren(...content.flat().filter(Boolean));
  return kept;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  redrawIfNew(root, data, () => [data.verdict ? judged(root, data) : unjudged()]);
  return keepTimesFresh(parentElement);
}

function unjudged() {
  return h("section", {}, h("h2", {}, "Verdict"), h("p", { class: "none" },
    "Triage has not judged this ticket yet. It does so within seconds of a customer's message, while `shiftbot worker triage` runs."));
}

function judged(root, data) {
  const verdict = data.verdict;
  const title = h("div", { class: "bar" }, h("h2", {}, "Verdict"), severityMark(verdict.severity),
    h("b", {}, verdict.severity === null ? "" : verdict.severity.toFixed(2)), verdict.category && h("span", { class: "pill" }, verdict.category),
    h("span", { class: "when" }, timeMark(verdict.at)));
  const earlier = data.earlier.length ? fold(root, "before", `Earlier verdicts (${data.earlier.length})`, data.earlier.map((each) =>
    h("div", { class: "one" }, h("div", { class: "bar" }, severityMark(each.severity), h("b", {}, each.severity === null ? "" : each.severity.toFixed(2)),
      each.category && h("span", { class: "pill" }, each.category), h("span", { class: "when" }, timeMark(each.at))), body(each)))) : null;
  const shown = fold(root, "what", `What it read (${data.read.length})`, read(data));
  return h("section", {}, title, body(verdict), shown, earlier);
}
