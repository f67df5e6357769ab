// The statuses with how many tickets each has, and how they are laid out. The layout is remembered in a cookie, which the
// server reads when somebody comes back.

const VIEWS = {
  list: ["List", '<path d="M2.5 4h11M2.5 8h11M2.5 12h11" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"/>'],
  lanes: ["Lanes", '<path d="M2.5 3h3v10h-3zM6.5 3h3v6.5h-3zM10.5 3h3v8h-3z" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round"/>'],
};

export default function ({ data, parentElement, setTriggerValue }) {
  const choose = (view) => () => {
    document.cookie = `shiftbot_board=${view}; path=/; max-age=31536000; samesite=lax`;
    setTriggerValue("view", view);
  };
  const isAll = data.statuses.every((each) => !each.is_chosen);
  redrawIfNew(parentElement.querySelector(".root"), data, () => [
    h("div", { class: "bar" },
      h("div", { class: "statuses", role: "group", "aria-label": "Statuses" },
        h("button", { type: "button", "aria-pressed": String(isAll), onclick: () => setTriggerValue("status", "all") }, "All open"),
        data.statuses.map((each) => h("button", {
          type: "button", class: each.name, "aria-pressed": String(each.is_chosen), onclick: () => setTriggerValue("status", each.name),
        }, statusMark(each.name), h("b", {}, each.count)))),
      h("div", { class: "views", role: "group", "aria-label": "Layout" },
        Object.entries(VIEWS).map(([view, [words, shape]]) => h("button", {
          type: "button", "aria-pressed": String(view === data.view), title: words, onclick: choose(view),
        }, icon(shape), h("span", {}, words))))),
  ]);
}
