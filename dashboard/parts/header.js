const LIVE_WORDS = { live: "Live", catching_up: "Catching up", offline: "Offline", polling: "Every few seconds" };
const BELL = '<path d="M8 1.5a4.2 4.2 0 0 0-4.2 4.2c0 3.6-1.6 4.8-1.6 4.8h11.6s-1.6-1.2-1.6-4.8A4.2 4.2 0 0 0 8 1.5zM6.4 12.6a1.7 1.7 0 0 0 3.2 0" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/>';

export default function ({ data, parentElement, setTriggerValue }) {
  const clock = (iso) => new Date(iso).toLocaleTimeString(undefined, { hour12: false });
  const go = (page) => (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;  // a new tab is the browser's business
    event.preventDefault();
    setTriggerValue("go", page);
  };
  const links = data.pages.map((page) => h("a", {
    href: `/${page.path}`, target: "_self", "aria-current": page.is_current ? "page" : null, onclick: go(page.path),
  }, page.title));
  const duty = data.on_call
    ? h("span", { class: "duty", title: data.on_call.since ? `since ${at(data.on_call.since)}` : "" }, icon(BELL),
        h("small", {}, "on call"), h("b", {}, data.on_call.name))
    : h("a", { class: "nobody", role: "alert", href: "/on-call", target: "_self", onclick: go("on-call") }, "Nobody is on call");
  const stale = data.live !== "live";
  const live = h("span", { class: `live ${data.live}`, role: "status", title: `read at ${at(data.as_of)}` }, h("i"),
    stale ? [h("span", {}, `${LIVE_WORDS[data.live]}, `), `as of ${clock(data.as_of)}`] : LIVE_WORDS.live);
  const was = parentElement.querySelector("details")?.open;
  const me = h("details", { open: was }, h("summary", {}, data.me.name),
    h("div", {}, h("p", {}, data.me.email, data.me.is_admin ? " · admin" : ""),
      h("a", { href: "/on-call", target: "_self", onclick: go("on-call") }, "My contact data"),
      data.sign_out ? h("a", { href: data.sign_out, target: "_self" }, "Sign out")
        : h("a", { href: "#", onclick: (event) => { event.preventDefault(); setTriggerValue("sign_out", true); } }, "Sign out")));
  const root = parentElement.querySelector(".root");
  // Who has come to a link by the keyboard keeps it through pushes.
  redrawIfNew(root, data, () => [h("header", { class: "top" },
    h("a", { class: "brand", href: "/", target: "_self", onclick: go("") }, icon(SHAPES.escalated, 18), h("span", {}, "Shift-Bot")),
    h("nav", { "aria-label": "Pages" }, links), h("div", { class: "right" }, duty, live, me))]);
}
