// The telephones of the engineers. Of one that rings the voice is read here, and its keys are pressed here.

const HANDSET = '<path d="M3.2 2.300 5.600 1.800l1.300 3-1.500 1.200a8.500 8.500 0 0 0 4.100 4.100l1.200-1.500 3 1.300-.5 2.400c-.1.6-.6 1-1.200 1C6.900 13.300 2.200 8.600 2.200 3.500c0-.6.4-1.100 1-1.200z" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round"/>';
const KEYS = [["1", "I have it"], ["2", "Again"], ["9", "Pass it on"]];

function call(of, act) {
  const verb = (name) => () => act({ sid: of.sid, verb: name });
  return h("li", { class: of.is_answered ? "answered" : "rings" },
    h("div", { class: "who" }, icon(HANDSET, 22), h("div", {}, h("b", {}, of.is_answered ? `${of.owner} listens` : `${of.owner}'s phone rings`), h("small", {}, of.number))),
    of.heard.length > 0 && h("div", { class: "heard", role: "log" }, of.heard.map((words) => h("p", {}, `“${words}”`))),
    of.is_answered
      ? [h("div", { class: "keys" }, KEYS.map(([key, words]) => h("button", { type: "button", onclick: () => act({ sid: of.sid, verb: "presses", key }) }, h("b", {}, key), h("small", {}, words)))),
         h("button", { type: "button", class: "end", onclick: verb("hangs_up") }, "Hang up")]
      : h("div", { class: "choices" }, h("button", { type: "button", class: "take", onclick: verb("answers") }, "Answer"),
          h("button", { type: "button", class: "end", onclick: verb("declines") }, "Decline")));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!root.firstChild) root.append(h("ul"), h("div", { class: "quiet" }));
  const [calls, quiet] = root.children;
  redraw(calls, data.calls, (each) => each.sid, (each) => call(each, (what) => setTriggerValue("act", what)));
  quiet.hidden = data.calls.length > 0;
  redrawIfNew(quiet, data.phones, () => [icon(HANDSET, 28), h("p", {}, "No phone rings."),
    h("small", {}, data.phones.length ? `The phones of ${data.phones.join(", ")} are here. Report an outage, and the one on call is rung.`
      : "No engineer has a phone number: the on-call page is where to enter one.")]);
}
