// A chat as its platform shows it: the newest below, and followed as long as nobody has scrolled up.

const REPLY = '<path d="M6.5 3.5 2.5 7.500l4 4M3 7.500h6.500a4 4 0 0 1 4 4v1" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/>';

function line(said, data, send) {
  return h("li", { class: `said${said.is_bot ? " bot" : ""}${said.is_mine ? " mine" : ""}${said.thread ? " threaded" : ""}` },
    h("div", { class: "about" }, h("b", {}, h("bdi", {}, said.who)), said.is_bot && h("small", { class: "app" }, "bot"), timeMark(said.at), said.is_edited && h("small", {}, "edited"),
      h("button", { type: "button", class: "reply", "aria-label": `Answer ${said.who}`, title: data.platform === "slack" ? "Answer in the thread" : "Answer this message",
        onclick: () => send("reply", said.id) }, icon(REPLY, 13))),
    h("div", { class: "bubble" }, said.answers && h("p", { class: "quoted", dir: "auto" }, said.answers), h("p", { dir: "auto" }, said.text)),
    said.buttons.length > 0 && h("div", { class: "buttons" }, said.buttons.map((button) =>
      h("button", { type: "button", onclick: () => send("press", { line: said.id, button }) }, button))));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!root.firstChild) root.append(h("ol"), h("p", { class: "empty" }));
  const [list, empty] = root.children;
  const isFollowing = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  redraw(list, data.lines, (said) => said.id, (said) => line(said, data, setTriggerValue));
  list.hidden = data.lines.length === 0;
  empty.hidden = !list.hidden;
  empty.textContent = `Nobody has said anything in ${data.place} yet. Be the first.`;
  if (isFollowing) list.scrollTop = list.scrollHeight;
  return keepTimesFresh(parentElement);
}
