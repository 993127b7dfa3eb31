// A course over time: medians, bands, thresholds, doses, published counts.

import { axis, band, DASH, hatch, layout, look, MARK, three } from "./look.js";

const COUNT_TICKS = [1, 2, 5, 10, 20, 30, 50, 100, 200, 500, 1000];

export function course(data, theme) {
  const big = data.output === "platelets";
  const traces = data.arms.flatMap((arm) => armTraces(arm, data, theme, big));
  const last = data.arms[0].time.at(-1);
  const made = {
    data: traces,
    layout: layout(theme, {
      xaxis: axis(theme, { range: [-last / 120, last * 1.005], title: big ? { text: "days since the start of treatment" } : undefined }),
      yaxis: axis(theme, { rangemode: data.output === "haemoglobin" ? "normal" : "tozero" }),
    }),
  };
  if (big) addCounts(made, data, theme);
  return [made];
}

function armTraces(arm, data, theme, big) {
  const colour = look(theme)[arm.letter];
  const half = arm.letter === "B" ? hatch(colour) : {};
  const range = (low, high) => arm.time.map((_, i) => `${three(low[i])}–${three(high[i])}`);
  const middle = range(arm.p05, arm.p95);
  const edges = [arm.p05, arm.p95].map((y) => ({
    x: arm.time, y, mode: "lines", hoverinfo: "skip", showlegend: false,
    line: { color: colour, width: 0.7, dash: "dot" },
  }));
  // the wide bands of two regimens would hide each other: their edges are enough
  const wide = data.arms.length === 1 ? [band(arm.time, arm.p05, arm.p95, colour, 0.1)] : [];
  const offset = arm.letter === "B" ? 3 : 0; // so that markers of both are seen where the lines meet
  return [
    ...wide,
    ...edges,
    band(arm.time, arm.p25, arm.p75, colour, 0.22, half),
    {
      x: arm.time, y: arm.p50, mode: "lines+markers", name: `${arm.letter}  ${arm.regimen}`, showlegend: big,
      line: { color: colour, width: 2.5, dash: DASH[arm.letter] },
      marker: { symbol: MARK[arm.letter], color: colour, size: arm.time.map((day) => ((day + offset) % 7 ? 0 : 8)) },
      customdata: arm.time.map((day, i) => [`output:${arm.letter}:${data.output}:${day}`, middle[i]]),
      hovertemplate: `${arm.letter} %{y:.3~r} ${data.unit} (90% of patients %{customdata[1]})<extra></extra>`,
    },
  ];
}

function addCounts(made, data, theme) {
  const { ink, soft, paper } = look(theme);
  const rows = data.arms.map((arm) => arm.letter);
  Object.assign(made.layout.yaxis, {
    type: "log", tickvals: COUNT_TICKS, ticktext: COUNT_TICKS.map(String), domain: [0.13, 1], rangemode: undefined,
  });
  made.layout.yaxis2 = axis(theme, {
    domain: [0, 0.1], range: [rows.length - 0.5, -0.5], tickvals: rows.map((_, i) => i), showgrid: false,
    ticktext: rows.map((letter) => `doses ${letter}`), zeroline: false, ticks: "", showline: false,
  });
  made.layout.xaxis.anchor = "y2";
  made.layout.showlegend = true;
  made.layout.margin = { l: 56, r: 12, t: 28, b: 42 };
  made.layout.shapes = data.thresholds.map(([count]) => ({
    type: "line", xref: "paper", x0: 0, x1: 1, y0: count, y1: count, line: { color: soft, width: 1, dash: "dot" },
  }));
  made.layout.annotations = data.thresholds.map(([count, words]) => ({
    xref: "paper", x: 1, xanchor: "right", y: Math.log10(count), yanchor: "bottom", showarrow: false,
    text: `${count}  ${words}`, font: { size: 11, color: soft }, bgcolor: paper, borderpad: 1, opacity: 0.9,
  }));
  made.data.push(...data.arms.map((arm, i) => doseMarks(arm, i, theme)), ...published(data, ink, paper));
}

function doseMarks(arm, row, theme) {
  const marks = arm.doses.flatMap((dose) => dose.times.map((day) => [day, dose.text]));
  const colour = look(theme)[arm.letter];
  return {
    x: marks.map(([day]) => day), y: marks.map(() => row), yaxis: "y2", mode: "markers", showlegend: false,
    text: marks.map(([, text]) => text), hovertemplate: `${arm.letter} dose: %{text}<extra></extra>`,
    marker: { symbol: "triangle-down", size: 9, color: colour, line: { width: 0 } },
  };
}

function published(data, ink, paper) {
  const groups = [true, false].map((same) => data.published.filter((point) => point.same === same));
  return groups.map((points, i) => ({
    x: points.map((point) => point.day), y: points.map((point) => point.value), mode: "markers",
    name: i ? "published, nearest" : "published, this regimen", showlegend: points.length > 0,
    text: points.map((point) => point.text), hovertemplate: "%{text}<extra></extra>",
    customdata: points.map((point) => [`published:${point.id}`]),
    error_y: errors(points, ink),
    marker: { symbol: i ? "diamond-open" : "diamond", size: 10, color: ink, line: { width: 1.5, color: i ? ink : paper } },
  }));
}

export function errors(points, colour) {
  const known = (point) => point.low !== null;
  return {
    type: "data", symmetric: false, visible: points.some(known), color: colour, thickness: 1, width: 3,
    array: points.map((point) => (known(point) ? point.high - point.value : 0)),
    arrayminus: points.map((point) => (known(point) ? point.value - point.low : 0)),
  };
}
