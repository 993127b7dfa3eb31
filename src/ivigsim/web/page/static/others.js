// The other charts: layers of the rise, survival of the tracer, shares with published points, infusion rates.

import { errors } from "./course.js";
import { axis, band, DASH, hatch, LAYERS, layout, look, MARK, PATTERNS, shade } from "./look.js";

const named = (arm) => ({ text: `${arm.letter}  ${arm.regimen}`, x: 0, xanchor: "left", font: { size: 13 } });
const TOP = { l: 56, r: 12, t: 34, b: 42 };

// What raises the count is stacked up from zero, what lowers it down from zero; the line is their sum.
export function layers(data, theme) {
  const rises = data.arms.flatMap((arm) => stackEnds(arm));
  const range = [Math.min(0, ...rises) * 1.05, Math.max(1, ...rises) * 1.05];
  return data.arms.map((arm) => {
    const { ink } = look(theme);
    const signs = [["up", (x) => Math.max(x, 0)], ["down", (x) => Math.min(x, 0)]];
    const traces = signs.flatMap(([stackgroup, part]) =>
      arm.layers.map((layer, i) => ({
        x: arm.time, y: layer.values.map(part), stackgroup, mode: "lines", name: layer.name, legendgroup: layer.name,
        showlegend: stackgroup === "up", line: { width: 0.8, color: LAYERS[i] }, hoverinfo: "skip",
        fillcolor: shade(LAYERS[i], 0.85),
        fillpattern: { shape: PATTERNS[i], size: 8, solidity: 0.2, fgcolor: "#ffffff", bgcolor: LAYERS[i] },
      })),
    );
    const hovers = arm.layers.map((layer) => ({
      x: arm.time, y: layer.values, mode: "lines", line: { width: 0, color: "rgba(0,0,0,0)" }, showlegend: false,
      hovertemplate: `${layer.name} %{y:.3~r}<extra></extra>`, opacity: 0,
    }));
    const whole = {
      x: arm.time, y: arm.rise, mode: "lines", name: "whole rise", line: { color: ink, width: 2 },
      hovertemplate: `whole rise %{y:.3~r} ${data.unit}<extra></extra>`,
    };
    return {
      data: [...traces, ...hovers, whole],
      layout: layout(theme, {
        title: named(arm), showlegend: true, margin: { ...TOP, b: 130 },
        legend: { orientation: "h", x: 0, y: -0.26, yanchor: "top", font: { size: 11 } },
        xaxis: axis(theme, { title: { text: "days since the start of treatment" } }),
        yaxis: axis(theme, { range, title: { text: `mean rise (${data.unit})` } }),
      }),
    };
  });
}

function stackEnds(arm) {
  return arm.time.flatMap((_, day) => {
    const values = arm.layers.map((layer) => layer.values[day]);
    const sum = (part) => values.reduce((total, x) => total + part(x), 0);
    return [sum((x) => Math.max(x, 0)), sum((x) => Math.min(x, 0))];
  });
}

export function survival(data, theme) {
  return data.arms.map((arm) => {
    const { ink } = look(theme);
    const colour = look(theme)[arm.letter];
    const after = `day ${arm.day}`;
    const line = (bands, name, style, hue, symbol) => ({
      x: data.minutes, y: bands.p50, mode: "lines+markers", name, line: { color: hue, width: 2.5, dash: style },
      marker: { symbol, color: hue, size: data.minutes.map((minute) => (minute % 60 ? 0 : 8)) },
      hovertemplate: `${name}: %{y:.3~r}%<extra></extra>`,
    });
    return {
      data: [
        band(data.minutes, arm.before.p05, arm.before.p95, ink, 0.1),
        band(data.minutes, arm.after.p05, arm.after.p95, colour, 0.15, hatch(colour)),
        line(arm.before, "before", "dot", ink, "circle-open"),
        line(arm.after, after, "solid", colour, MARK[arm.letter]),
      ],
      layout: layout(theme, {
        title: named(arm), showlegend: true, margin: TOP,
        legend: { x: 1, xanchor: "right", y: 1, yanchor: "top", bgcolor: "rgba(0,0,0,0)" },
        xaxis: axis(theme, { title: { text: "minutes after the tracer" }, tickvals: [0, 60, 120, 180, 240, 300, 360, 420, 480] }),
        yaxis: axis(theme, { title: { text: "left in the blood (%)" }, range: [0, 102] }),
      }),
    };
  });
}

export function shares(data, theme) {
  return data.charts.map((chart) => {
    const { ink, paper } = look(theme);
    const traces = chart.arms.flatMap((arm) => {
      const colour = look(theme)[arm.letter];
      return [
        band(arm.time, arm.low, arm.high, colour, 0.15, arm.letter === "B" ? hatch(colour) : {}),
        {
          x: arm.time, y: arm.by, mode: "lines", name: `${arm.letter} by day`,
          line: { color: colour, width: 2.5, dash: DASH[arm.letter] },
          hovertemplate: `${arm.letter} by this day %{y:.3~r}%<extra></extra>`,
        },
        {
          x: arm.time, y: arm.on, mode: "lines", name: `${arm.letter} on day`,
          line: { color: colour, width: 1, dash: DASH[arm.letter] },
          hovertemplate: `${arm.letter} on this day %{y:.3~r}%<extra></extra>`,
        },
      ];
    });
    const points = new Map(chart.arms.flatMap((arm) => arm.points).map((each) => [each.id, each]));
    // a result is this regimen's when it is so for either
    for (const each of chart.arms.flatMap((arm) => arm.points)) if (each.same) points.set(each.id, each);
    const all = [...points.values()];
    const symbol = (point) => (point.kind === "by" ? "diamond" : "square") + (point.same ? "" : "-open");
    traces.push({
      x: all.map((point) => point.day), y: all.map((point) => point.value), mode: "markers", name: "published",
      text: all.map((point) => point.text), hovertemplate: "%{text}<extra></extra>",
      customdata: all.map((point) => [`published:${point.id}`]), error_y: errors(all, ink),
      marker: {
        symbol: all.map(symbol), size: 10, color: ink,
        line: { width: 1.5, color: all.map((point) => (point.same ? paper : ink)) },
      },
    });
    return {
      data: traces,
      layout: layout(theme, {
        title: { text: chart.title, x: 0, xanchor: "left", font: { size: 13 } }, margin: TOP, hovermode: "closest",
        xaxis: axis(theme, { title: { text: "days since the start of treatment" }, rangemode: "tozero" }),
        yaxis: axis(theme, { title: { text: chart.unit }, range: [0, 102] }),
      }),
    };
  });
}

export function rates(data, theme) {
  return data.arms.map((arm) => {
    const colour = look(theme)[arm.letter];
    return {
      data: [
        {
          x: arm.hours, y: arm.rate, mode: "lines", fill: "tozeroy", fillcolor: shade(colour, 0.12),
          line: { color: colour, width: 2.5, shape: "hv", dash: DASH[arm.letter] }, text: arm.words,
          hovertemplate: "%{text}<extra></extra>",
        },
      ],
      layout: layout(theme, {
        title: named(arm), margin: TOP,
        xaxis: axis(theme, { title: { text: "hours of the first infusion" }, rangemode: "tozero" }),
        yaxis: axis(theme, { title: { text: data.unit }, rangemode: "tozero" }),
      }),
    };
  });
}
