// The numbers of the course charts by day, as tables; made when they are asked for.

import { three } from "./look.js";

const DAYS = [0, 1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 60, 90, 120, 180, 270, 365];

function cell(tag, ...parts) {
  const made = document.createElement(tag);
  made.append(...parts);
  if (tag === "th") made.scope = "col";
  return made;
}

function value(arm, output, day) {
  const button = cell("button", three(arm.p50[day]));
  button.type = "button";
  button.className = "about";
  button.dataset.about = `output:${arm.letter}:${output}:${day}`;
  return cell("td", button, " ", cell("small", `${three(arm.p05[day])}–${three(arm.p95[day])}`));
}

function table(data) {
  const made = document.createElement("table");
  made.className = "table table-sm";
  made.createCaption().textContent = `${data.title} (${data.unit}): median, middle 90% of patients`;
  made.createTHead().append(cell("tr", cell("th", "day"), ...data.arms.map((arm) => cell("th", `${arm.letter}  ${arm.regimen}`))));
  const body = made.createTBody();
  for (const day of DAYS.filter((each) => each <= data.arms[0].time.at(-1))) {
    const head = cell("th", String(day));
    head.scope = "row";
    body.append(cell("tr", head, ...data.arms.map((arm) => value(arm, data.output, day))));
  }
  const scroll = cell("div", made);
  Object.assign(scroll, { className: "scroll", tabIndex: 0, role: "region", ariaLabel: made.caption.textContent });
  return scroll;
}

// Fill a place with the tables of some charts.
export const tabulate = (place, charts) => place.replaceChildren(...charts.map(table));
