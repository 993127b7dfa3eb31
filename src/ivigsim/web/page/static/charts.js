// Draw charts, again in another theme, and save them.

import { course } from "./course.js";
import { layers, rates, shares, survival } from "./others.js";

const KINDS = { course, layers, rates, shares, survival };
const CONFIG = { displayModeBar: false, responsive: true, displaylogo: false, scrollZoom: false };
const known = new Map(); // chart -> its numbers, to draw it again

const theme = () => document.documentElement.dataset.bsTheme;
const box = (name) => document.getElementById(`chart-${name}`);

export function remember(charts) {
  for (const [name, data] of Object.entries(charts)) known.set(name, data);
}

// Draw what is in sight; a hidden box has no width. `pressed` gets the key of a point that was pressed.
export function draw(names, pressed) {
  for (const name of names) {
    const element = box(name);
    const data = known.get(name);
    if (!data) continue;
    const figures = KINDS[data.kind](data, theme());
    element.closest("figure").hidden = !figures.length;
    if (!element.offsetParent) continue;
    fit(element, figures.length);
    figures.forEach((figure, i) => {
      const plot = element.children[i];
      Plotly.react(plot, figure.data, figure.layout, CONFIG);
      if (!plot.dataset.wired) {
        plot.dataset.wired = "yes";
        plot.on("plotly_click", (event) => {
          const keyed = event.points.find((point) => Array.isArray(point.customdata));
          if (keyed) pressed(keyed.customdata[0]);
        });
      }
    });
  }
}

export const courses = () => [...known.values()].filter((data) => data.kind === "course");
export const drawAll = (pressed) => draw(known.keys(), pressed);

function fit(element, count) {
  while (element.children.length > count) {
    Plotly.purge(element.lastElementChild);
    element.lastElementChild.remove();
  }
  while (element.children.length < count) {
    const plot = document.createElement("div");
    plot.className = "plot";
    element.append(plot);
  }
  element.dataset.count = count;
}

// Save a chart on white, whatever the theme.
export async function save(name, format) {
  const data = known.get(name);
  if (!data) return;
  const figures = KINDS[data.kind](data, "light");
  for (const [i, figure] of figures.entries()) {
    const size = { width: 900, height: name === "platelets" ? 520 : 420 };
    const layout = { ...figure.layout, ...size, autosize: false };
    if (!layout.title) {
      layout.title = { text: `${data.title} (${data.unit})`, x: 0.02, font: { size: 14 } };
      layout.margin = { ...layout.margin, t: 70 };
    }
    const options = { format, ...size, scale: format === "png" ? 2 : 1 };
    const image = await Plotly.toImage({ data: figure.data, layout }, options);
    const link = document.createElement("a");
    link.href = image;
    link.download = `ivigsim-${name}${figures.length > 1 ? `-${i + 1}` : ""}.${format}`;
    link.click();
  }
}
