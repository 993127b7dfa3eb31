// How charts look: colours that all eyes tell apart, line styles, markers, and what every chart shares.

const LOOKS = {
  light: { A: "#0067a5", B: "#c44601", ink: "#212529", soft: "#5c636a", grid: "#e6e9ec", paper: "#ffffff" },
  dark: { A: "#6cc0f5", B: "#f2a93b", ink: "#e9ecef", soft: "#adb5bd", grid: "#343a40", paper: "#15191d" },
};
export const DASH = { A: "solid", B: "6px,3px" };
export const MARK = { A: "circle", B: "square" };
// Okabe and Ito's palette; patterns tell the layers apart without colour.
export const LAYERS = ["#0072B2", "#D55E00", "#56B4E9", "#E69F00", "#CC79A7", "#009E73", "#8a8f94"];
export const PATTERNS = ["", "/", "\\", "x", "-", "|", "."];

export const look = (theme) => LOOKS[theme];
export const shade = (colour, alpha) => {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},${alpha})`;
};
export const three = (x) => (x === 0 ? "0" : Number(x.toPrecision(3)).toLocaleString("en"));

export function axis(theme, more = {}) {
  const { grid, soft } = look(theme);
  return {
    gridcolor: grid, zerolinecolor: grid, linecolor: soft, tickcolor: soft, fixedrange: true, automargin: true,
    ticks: "outside", ticklen: 4, showline: true, ...more,
  };
}

export function layout(theme, more = {}) {
  const { ink, paper } = look(theme);
  return {
    paper_bgcolor: paper, plot_bgcolor: paper, dragmode: false, hovermode: "x unified", showlegend: false,
    font: { family: "system-ui, sans-serif", size: 12, color: ink },
    margin: { l: 48, r: 12, t: 8, b: 36 },
    hoverlabel: { bgcolor: paper, bordercolor: ink, font: { color: ink, size: 12 }, align: "left" },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 12 } },
    ...more,
  };
}

// A band between two percentiles as one closed outline.
export function band(time, low, high, colour, alpha, more = {}) {
  return {
    x: [...time, ...[...time].reverse()], y: [...high, ...[...low].reverse()], fill: "toself", mode: "lines",
    line: { width: 0 }, fillcolor: shade(colour, alpha), hoverinfo: "skip", showlegend: false, ...more,
  };
}
export const hatch = (colour) => ({
  fillpattern: { shape: "/", size: 8, solidity: 0.14, fgcolor: shade(colour, 0.6), bgcolor: shade(colour, 0.08) },
});
