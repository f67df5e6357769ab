// The plan, a row a week, in the viewer's zone. A day is as wide as it is long: through a change of the clocks too.

const WEEKS = 5, DAY = { day: "numeric", month: "short" }, CLOCK = { hour: "2-digit", minute: "2-digit", hour12: false };

function monday(moment) {
  const day = new Date(moment);
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - (day.getDay() + 6) % 7);
  return day;
}

function plus(day, days) {
  const later = new Date(day);
  later.setDate(later.getDate() + days);
  return later;
}

function bar(shift, from, to, press) {
  const starts = Math.max(Date.parse(shift.starts_at), from), ends = Math.min(Date.parse(shift.ends_at), to);
  const place = `left:${(starts - from) / (to - from) * 100}%;width:${(ends - starts) / (to - from) * 100}%`;
  const times = `${at(shift.starts_at)} – ${at(shift.ends_at)}`;
  if (shift.is_gap) return h("span", { class: "gap", style: place, title: `Nobody is on call, ${times}: ${shift.reason}` }, h("span", {}, "nobody"));
  const words = [shift.name, shift.is_active ? "" : "is inactive", times, shift.made_by, shift.reason].filter(Boolean).join(" · ");
  return h("button", {
    type: "button", class: `shift tint${shift.tint} ${shift.kind}${shift.is_active ? "" : " inactive"}${shift.is_picked ? " picked" : ""}`, style: place,
    title: words, "aria-label": words, onclick: () => press(shift.id),
  }, h("bdi", {}, shift.name), h("small", {}, starts > from ? new Date(starts).toLocaleTimeString(undefined, CLOCK) : ""));
}

function week(number, data, press) {
  const first = plus(monday(data.now), 7 * number), next = plus(first, 7), from = first.getTime(), to = next.getTime();
  const share = (moment) => `left:${(moment - from) / (to - from) * 100}%`;
  const days = [0, 1, 2, 3, 4, 5, 6].map((n) => plus(first, n));
  const today = new Date(data.now).toDateString();
  const within = (each) => Date.parse(each.starts_at) < to && Date.parse(each.ends_at) > from;
  return h("div", { class: "week" },
    days.map((day) => h("span", { class: `day${day.toDateString() === today ? " today" : ""}${day.getDay() % 6 ? "" : " weekend"}`, style: share(day.getTime()) },
      number === 0 ? h("b", {}, day.toLocaleDateString(undefined, { weekday: "short" })) : "", ` ${day.toLocaleDateString(undefined, day.getDate() === 1 || day === days[0] ? DAY : { day: "numeric" })}`)),
    data.shifts.filter(within).map((each) => bar(each, from, to, press)),
    number === 0 && h("i", { class: "clock", style: share(Date.parse(data.now)), title: "now" }));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const press = (id) => setTriggerValue("pick", id), zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  redrawIfNew(parentElement.querySelector(".root"), data, () => [
    h("section", { class: "rota", "aria-label": "Rota" }, [...Array(WEEKS).keys()].map((n) => week(n, data, press))),
    h("p", { class: "legend" }, data.shifts.some((each) => !each.is_gap)
      ? `Times in ${zone}. Press a shift to give it, or a part of it, to somebody else. Striped: an override.`
      : `Nothing is planned yet: whoever is on call stays it. A rotation, below, plans everybody's turns; an override plans one span. Times in ${zone}.`),
  ]);
}
