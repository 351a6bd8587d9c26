// The last decisions, each with its reasons: who was asked, what became of it, and why not the others.

import { count, el, lasting, ms, usd } from "./draw.js";
import { card } from "./panels.js";

export function decisions(data, open) {
  if (!data.recent.length) return null;
  return card("", "Recent decisions", "open one to see why it went that way",
    ...data.recent.map((d) => decision(d, data.at, open)));
}

function decision(d, now, open) {
  const node = el("details", {}, head(d, now));
  const show = () => {
    if (node.childElementCount === 1) node.append(why(d));
  };
  if (open.has(d.id)) {
    node.open = true;
    show();
  }
  node.addEventListener("toggle", () => {
    if (node.open) open.add(d.id);
    else open.delete(d.id);
    show();
  });
  return node;
}

function head(d, now) {
  const served = d.outcome === "ok";
  const kind = d.cache !== "miss" ? "cache" : served ? d.tier : "failed";
  const word = d.cache !== "miss" ? "cache" : served ? d.tier : d.outcome;
  const steps = d.fallback_depth ? ` after ${d.fallback_depth} other${d.fallback_depth > 1 ? "s" : ""}` : "";
  return el("summary", {},
    el("span", { class: "faint" }, `${lasting(now - d.at)} ago`),
    el("span", {}, d.task),
    el("span", {}, served ? d.model : "nobody", el("span", { class: "faint" }, steps), el("span", { class: `chip c-${kind}` }, word)),
    el("span", { class: "faint" }, d.language),
    el("span", { class: "num" }, ms(d.latency_ms)),
    el("span", { class: d.cost_usd ? "num" : "num faint" }, d.cost_usd ? usd(d.cost_usd) : "free"));
}

function why(d) {
  const t = d.tokens;
  const facts = [
    `${count(t.input + t.cached)} tokens in${t.cached ? `, ${count(t.cached)} of them cached` : ""}; ${count(t.output)} out`,
    d.ttft_ms === null ? "" : `first token after ${ms(d.ttft_ms)}`,
    d.verdict ? `you ${{ accepted: "accepted it", partial: "took a part of it", rejected: "did not want it" }[d.verdict] ?? d.verdict}` : "",
    d.gates.length ? `gates: ${d.gates.join(", ")}` : "",
    d.project ? `project ${d.project}` : "",
    d.note,
  ].filter(Boolean);
  return el("div", { class: "why" },
    el("div", {},
      el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "asked"), el("th", {}, "outcome"), el("th", { class: "num" }, "took"))),
        el("tbody", {}, ...(d.attempts.length ? d.attempts.map(attempt) : [el("tr", {}, el("td", { class: "faint", colspan: 3 }, d.cache !== "miss" ? "nobody: the answer was known" : "nobody"))]))),
      ...facts.map((fact) => el("p", {}, fact))),
    el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "candidate"), el("th", { class: "num" }, "score"), el("th", {}, "reason"))),
      el("tbody", {}, ...d.candidates.slice(0, 12).map(candidate))));
}

function attempt(a) {
  const bad = !["ok", "skipped", "cancelled"].includes(a.outcome);
  return el("tr", {}, el("td", {}, a.model), el("td", { class: bad ? "warn-text" : "faint" }, a.reason && a.outcome !== "ok" ? `${a.outcome}: ${a.reason}` : a.outcome), el("td", { class: "num" }, ms(a.ms)));
}

function candidate(c) {
  return el("tr", { class: c.score === null ? "faint" : "" }, el("td", {}, c.model), el("td", { class: "num score" }, c.score === null ? "out" : c.score.toFixed(3)), el("td", {}, c.reason));
}
