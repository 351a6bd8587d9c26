// Elements, words for figures, and the three kinds of plot. Text of others is only ever set as text.

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "tip") node.tip = value;
    else if (name === "width%") node.style.width = `${Math.max(0, Math.min(100, value))}%`;
    else if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** A sentence in which `commands` stand between backticks. */
export function sentence(text) {
  return text.split("`").map((part, i) => (i % 2 ? el("code", {}, part) : part));
}

// --- words for figures ---

export function usd(value) {
  if (!value) return "$0";
  const size = Math.abs(value);
  const text = size >= 100 ? size.toFixed(0) : size >= 1 ? size.toFixed(2) : size >= 0.01 ? size.toFixed(3) : small(size);
  return `${value < 0 ? "−" : ""}$${text}`;
}

function small(size) {
  return size.toFixed(Math.min(12, 1 - Math.floor(Math.log10(size))));
}

/** For the ticks of an axis: no more digits than they need. */
export function usdTick(value) {
  return `$${Number(value.toPrecision(3))}`;
}

export function share(value) {
  if (value === null || value === undefined) return "–";
  const percent = value * 100;
  if (percent > 99 && percent < 100) return `${Math.floor(percent * 10) / 10} %`;
  return `${Number(percent.toFixed(percent < 10 ? 1 : 0))} %`;
}

export function ms(value) {
  if (value === null || value === undefined) return "–";
  return value >= 10_000 ? `${(value / 1000).toFixed(0)} s` : value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(0)} ms`;
}

export function count(value) {
  return value >= 1e6 ? `${(value / 1e6).toFixed(1)}M` : value >= 10_000 ? `${(value / 1000).toFixed(0)}k` : value.toLocaleString("en");
}

export function lasting(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 129_600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

export function when(key) {
  const [day, hour] = key.split(" ");
  const date = new Date(`${day}T${hour ?? "12"}:00:00`);
  if (hour) return `${hour}:00`;
  return date.toLocaleDateString("en", { day: "numeric", month: "short" });
}

export function whenLong(key) {
  const [day, hour] = key.split(" ");
  const date = new Date(`${day}T${hour ?? "12"}:00:00`);
  const name = date.toLocaleDateString("en", { weekday: "long", day: "numeric", month: "short" });
  return hour ? `${name}, ${hour}:00` : name;
}

// --- plots: each is drawn for the width it has, and drawn anew when that changes ---

const LEFT = 46;
const BOTTOM = 20;
const TOP = 8;

/** Bars over time. `series` are stacked from the bottom; `behind` stands behind them, unstacked. */
export function bars(width, { keys, series, behind, format, tips, label, height = 190 }) {
  const sums = keys.map((_, i) => series.reduce((sum, s) => sum + s.values[i], 0));
  const axis = scale(Math.max(...sums, ...(behind ? behind.values : [0])), height);
  const root = frame(width, height, axis, format, label);
  const step = (width - LEFT) / keys.length;
  const wide = Math.max(2, Math.min(46, step * 0.66));
  keys.forEach((key, i) => {
    const x = LEFT + step * i + (step - wide) / 2;
    if (behind && behind.values[i] > 0) root.append(block(x, wide, axis, 0, behind.values[i], behind.name));
    let below = 0;
    for (const s of series) {
      if (s.values[i] > 0) root.append(block(x, wide, axis, below, below + s.values[i], s.name));
      below += s.values[i];
    }
  });
  return dates(hovers(root, keys, step, height, tips), keys, step, height);
}

/** A line over time; null is no value. A `limit` is drawn as what must not be crossed. */
export function line(width, { keys, values, name, format, tips, label, limit, least = 0, height = 150 }) {
  const axis = scale(Math.max(least, ...values.map((v) => v ?? 0)), height);
  const root = frame(width, height, axis, format, label);
  const step = (width - LEFT) / keys.length;
  const points = values.map((v, i) => (v === null ? null : [LEFT + step * (i + 0.5), axis.y(v)]));
  for (const run of runs(points)) {
    const path = run.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    if (run.length > 1) root.append(svg("path", { class: `area c-${name}`, d: `${path}L${run.at(-1)[0]} ${axis.y(0)}L${run[0][0]} ${axis.y(0)}Z` }));
    root.append(svg("path", { class: `trace c-${name}`, d: path, fill: "none", style: null }));
    for (const [x, y] of run) if (keys.length <= 31) root.append(svg("circle", { class: `c-${name}`, cx: x, cy: y, r: 3 }));
  }
  if (limit !== undefined && limit <= axis.top) {
    const y = axis.y(limit);
    root.append(svg("line", { class: "limit", x1: LEFT, x2: width, y1: y, y2: y }));
    root.append(svg("text", { class: "limit-text", x: width, y: y - 5, "text-anchor": "end" }, `alert above ${share(limit)}`));
  }
  return dates(hovers(root, keys, step, height, tips), keys, step, height);
}

/** From the median to the 95th percentile, on a logarithmic scale that all rows share. */
export function spread(p50, p95, range, name) {
  const at = (value) => along(value, range);
  const root = svg("svg", { viewBox: "0 0 100 12", preserveAspectRatio: "none", height: 14, "aria-hidden": "true" });
  root.append(svg("rect", { x: 0, y: 5.6, width: 100, height: 0.8, fill: "var(--grid)" }));
  root.append(svg("rect", { class: `c-${name}`, x: at(p50), y: 4, width: Math.max(0.8, at(p95) - at(p50)), height: 4, opacity: 0.32 }));
  root.append(svg("rect", { class: `c-${name}`, x: at(p50) - 0.6, y: 1, width: 1.5, height: 10 }));
  return root;
}

/** Its axis, as a head for the rows. */
export function axisOf(range) {
  const [low, high] = range;
  const ticks = [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000].filter((v) => v >= low && v <= high);
  const shown = ticks.length > 5 ? ticks.filter((v) => [100, 500, 2000, 10_000].includes(v)) : ticks;
  const root = el("div", { class: "axis" });
  for (const value of shown) {
    const mark = el("span", {}, ms(value));
    mark.style.left = `${along(value, range)}%`;
    root.append(mark);
  }
  return root;
}

// --- their parts ---

function along(value, [low, high]) {
  return (100 * Math.log(Math.max(value, low) / low)) / Math.log(high / low);
}

function scale(most, height) {
  const rough = (most || 1) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const tick = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999);
  const top = tick * Math.max(1, Math.ceil((most || 1) / tick - 1e-9));
  return { top, tick, y: (value) => TOP + (height - TOP - BOTTOM) * (1 - value / top) };
}

function frame(width, height, axis, format, label) {
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": label });
  for (let n = 0; n * axis.tick <= axis.top * 1.0001; n += 1) {
    const y = axis.y(n * axis.tick);
    root.append(svg("line", { class: "grid", x1: LEFT, x2: width, y1: y, y2: y }));
    root.append(svg("text", { x: LEFT - 8, y: y + 4, "text-anchor": "end" }, format(n * axis.tick)));
  }
  return root;
}

function block(x, width, axis, from, to, name) {
  const y = axis.y(to);
  const tall = Math.max(1.5, axis.y(from) - y);
  return svg("rect", { class: `c-${name}`, x, y: axis.y(from) - tall, width, height: tall, rx: Math.min(2.5, tall / 2) });
}

function hovers(root, keys, step, height, tips) {
  keys.forEach((key, i) => {
    root.append(svg("rect", { class: "hover", x: LEFT + step * i, y: 0, width: step, height: height - BOTTOM, tip: { head: whenLong(key), rows: tips(i) } }));
  });
  return root;
}

function dates(root, keys, step, height) {
  const every = Math.ceil(58 / step);
  keys.forEach((key, i) => {
    if ((keys.length - 1 - i) % every === 0) root.append(svg("text", { x: LEFT + step * (i + 0.5), y: height - 3, "text-anchor": "middle" }, when(key)));
  });
  return root;
}

function* runs(points) {
  let run = [];
  for (const point of [...points, null]) {
    if (point) run.push(point);
    else if (run.length) {
      yield run;
      run = [];
    }
  }
}
