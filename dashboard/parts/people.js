// Everybody and how each can be reached. Admins press a row to change it.

const WAYS = [["phone", "phone"], ["telegram_handle", "Telegram"], ["telegram_user_id", "Telegram messages"], ["slack_user_id", "Slack"]];

function ways(person) {
  const known = WAYS.filter(([name]) => person[name]).map(([name, words]) => h("span", { class: "way", title: String(person[name]) }, words));
  return known.length ? known : [h("span", { class: "way none" }, "only by e-mail")];
}

function row(person, press, isAdmin) {
  const marks = [person.is_on_call && "on call", person.is_admin && "admin", !person.is_active && "inactive"].filter(Boolean);
  return h("li", { class: person.is_active ? "" : "inactive" },
    h("div", { class: "who" }, h("b", {}, h("bdi", {}, person.name)), marks.map((mark) => h("span", { class: `mark ${mark.replace(" ", "_")}` }, mark)), h("small", {}, person.email)),
    h("div", { class: "ways" }, ways(person)),
    isAdmin && h("button", { type: "button", "aria-label": `Change ${person.name}`, onclick: () => press(person.id) }, "Change"));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!root.firstChild) root.append(h("ol"), h("p"));
  const [list, after] = root.children;
  const press = (id) => setTriggerValue("edit", id);
  redraw(list, data.people, (person) => person.id, (person) => row(person, press, data.is_admin));
  redrawIfNew(after, { is_admin: data.is_admin }, () => [data.is_admin ? h("button", { type: "button", onclick: () => press(0) }, "Add an engineer")
    : h("span", {}, "Admins add people, change them and show them out.")]);
}
