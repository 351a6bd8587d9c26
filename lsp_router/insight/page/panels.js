// The panels of the page: each takes the figures and gives back an element, or null when it has nothing to show.

import { axisOf, bars, count, el, lasting, line, ms, sentence, share, spread, usd, usdTick } from "./draw.js";

const KINDS = [["cache", "hits"], ["local", "local"], ["free", "free"], ["paid", "paid"], ["failed", "failed"]];
const WORDS = { cache: "from the cache", local: "local models", free: "free models", paid: "paid models", failed: "not served" };

export function alerts(data) {
  return data.alerts.map((alert) => el("div", { class: "alert", role: "alert" }, el("p", {}, ...sentence(alert.message))));
}

export function tiles(data) {
  const t = data.total;
  const saved = t.baseline_usd > 0 ? t.saved_usd / t.baseline_usd : 0;
  const limit = data.budget.paid_share_alert;
  const first = data.first_token;
  return el("section", { class: "tiles", "aria-label": "At a glance" },
    tile("Spent", usd(t.cost_usd), `${usd(t.baseline_usd)} with one premium model`),
    tile("Saved", t.saved_usd > 0 ? share(saved) : "–", t.saved_usd > 0 ? `${usd(t.saved_usd)} not spent` : "nothing saved yet", t.saved_usd > 0 ? "good" : ""),
    tile("Requests", count(t.requests), `${share(t.hit_share)} from the cache, ${t.fell_back} fell back`),
    tile("Paid share", share(t.paid_share), `of ${count(t.asked)} asked; alert above ${share(limit)}`, t.paid_share > limit ? "warn" : ""),
    tile("First token", first ? ms(first.p50) : "–", first ? `95 % within ${ms(first.p95)}` : "not measured yet"),
    tile("Accepted", share(t.acceptance), t.usd_per_kept_char === null ? "of what was shown" : `${usd(t.usd_per_kept_char * 1000)} per 1,000 kept characters`),
  );
}

function tile(name, figure, says, kind = "") {
  return el("div", { class: "tile" }, el("h2", {}, name), el("b", { class: kind }, figure), el("p", {}, says));
}

export function spending(data, width) {
  const { slices: s, total: t } = data;
  return card("half", "Spend against a single premium model", "what the same tokens would have cost there stands behind",
    legend([["spent", "spent", usd(t.cost_usd)], ["baseline", "one premium model", usd(t.baseline_usd)]]),
    bars(width, {
      keys: s.map((x) => x.key), format: usdTick, label: "Spend per day against the baseline",
      series: [{ name: "spent", values: s.map((x) => x.cost_usd) }],
      behind: { name: "baseline", values: s.map((x) => x.baseline_usd) },
      tips: (i) => [["spent", usd(s[i].cost_usd)], ["premium model", usd(s[i].baseline_usd)], ["saved", usd(s[i].baseline_usd - s[i].cost_usd)]],
    }));
}

export function requests(data, width) {
  const s = data.slices;
  const used = KINDS.filter(([, field]) => s.some((x) => x[field] > 0));
  const sum = (field) => s.reduce((total, x) => total + x[field], 0);
  return card("half", "Requests by who answered", "the cache first, then models by how they are paid for",
    legend(used.map(([name, field]) => [name, WORDS[name], count(sum(field))])),
    bars(width, {
      keys: s.map((x) => x.key), format: count, label: "Requests over time by tier",
      series: used.map(([name, field]) => ({ name, values: s.map((x) => x[field]) })),
      tips: (i) => used.map(([name, field]) => [WORDS[name], count(s[i][field])]),
    }));
}

export function paidShare(data, width) {
  const s = data.slices.map((x) => ({ ...x, asked: x.local + x.free + x.paid }));
  return card("half", "Paid share", "of the requests that models answered",
    line(width, {
      keys: s.map((x) => x.key), values: s.map((x) => (x.asked ? x.paid / x.asked : null)), name: "paid", format: share,
      label: "Paid share over time", limit: data.budget.paid_share_alert, least: 2 * data.budget.paid_share_alert,
      tips: (i) => [["paid", count(s[i].paid)], ["asked", count(s[i].asked)], ["share", s[i].asked ? share(s[i].paid / s[i].asked) : "–"]],
    }));
}

export function cacheHits(data, width) {
  const s = data.slices.map((x) => ({ ...x, answered: x.hits + x.local + x.free + x.paid }));
  return card("half", "Answered from the cache", "at once, and for nothing",
    line(width, {
      keys: s.map((x) => x.key), values: s.map((x) => (x.answered ? x.hits / x.answered : null)), name: "local", format: share,
      label: "Cache hits over time", least: 0.2,
      tips: (i) => [["from the cache", count(s[i].hits)], ["answered", count(s[i].answered)], ["share", s[i].answered ? share(s[i].hits / s[i].answered) : "–"]],
    }));
}

export function models(data) {
  const rows = data.models;
  if (!rows.length) return null;
  const most = Math.max(...rows.map((m) => m.requests));
  const times = rows.flatMap((m) => (m.ttft ? [m.ttft.p50, m.ttft.p95] : []));
  const span = [Math.min(100, ...times), Math.max(2000, ...times) * 1.05];
  const heads = [["model", ""], ["requests", ""], [axisOf(span), ""], ["answer", "num"], ["fails", "num"], ["accepted", "num"], ["per 1,000 kept", "num"], ["cost", "num"]];
  return card("", "Models", "who served you, how long their first token took (the mark is the median, the bar ends at 95 %), and what came of it",
    el("div", { class: "scroll" }, el("table", {},
      el("thead", {}, el("tr", {}, ...heads.map(([text, kind]) => el("th", { class: kind }, text)))),
      el("tbody", {}, ...rows.map((m) => modelRow(m, most, span))))));
}

function modelRow(m, most, span) {
  const failed = Object.values(m.failures).reduce((a, b) => a + b, 0);
  const kind = m.tier || "cache";
  const speed = m.ttft
    ? el("div", { tip: { head: m.key, rows: [["median", ms(m.ttft.p50)], ["95 % within", ms(m.ttft.p95)], ["answers", count(m.ttft.answers)]] } }, spread(m.ttft.p50, m.ttft.p95, span, kind))
    : el("span", { class: "faint" }, "not measured");
  const faults = { head: "failed attempts", rows: Object.entries(m.failures).map(([name, n]) => [name.replace("_", " "), count(n)]) };
  const rate = m.attempts ? failed / m.attempts : 0;
  return el("tr", {},
    el("td", {}, m.key, el("span", { class: `chip c-${kind}` }, kind)),
    el("td", { class: "mid" }, el("div", { class: "bar" }, el("i", { class: `c-${kind}`, "width%": (m.requests / most) * 68 }), count(m.requests))),
    el("td", { class: "wide" }, speed),
    el("td", { class: "num" }, ms(m.p50_ms)),
    el("td", { class: `num ${rate > 0.1 ? "warn-text" : failed ? "" : "faint"}`, tip: failed ? faults : undefined }, failed ? share(rate) : "–"),
    el("td", { class: m.acceptance === null ? "num faint" : "num" }, share(m.acceptance)),
    el("td", { class: m.usd_per_kept_char === null ? "num faint" : "num" }, m.usd_per_kept_char === null ? "–" : usd(m.usd_per_kept_char * 1000)),
    el("td", { class: "num" }, usd(m.cost_usd)));
}

export function reception(data) {
  const shown = [["By language", data.languages], ["By task", data.tasks]].map(([head, rows]) => [head, rows.filter((r) => r.acceptance !== null && r.key)]);
  const any = shown.some(([, rows]) => rows.length);
  const parts = shown.flatMap(([head, rows]) => (rows.length ? [el("h3", {}, head), ...rows.sort((a, b) => b.shown - a.shown).slice(0, 5).map(liking)] : []));
  return card("third", "Accepted", "of the suggestions that were on the screen",
    ...(any ? parts : [el("p", { class: "faint" }, "No editor has reported yet what was shown or accepted.")]));
}

function liking(r) {
  const kept = r.usd_per_kept_char === null ? "–" : `${usd(r.usd_per_kept_char * 1000)}`;
  return el("div", { tip: { head: r.key, rows: [["shown", count(r.shown)], ["accepted", count(r.accepted)], ["rejected", count(r.rejected)], ["characters kept", count(r.survived_chars)], ["per 1,000 of them", kept]] } },
    el("div", { class: "row" }, el("span", {}, r.key), el("span", {}, `${share(r.acceptance)} of ${count(r.shown)}`)),
    el("div", { class: "meter" }, el("i", { class: "c-spent", "width%": r.acceptance * 100 })));
}

export function pairs(data) {
  const rows = data.reception.filter((r) => r.shown >= 5).slice(0, 8);
  return card("third", "Model × language × task", "where suggestions are taken and stay",
    rows.length
      ? el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "model"), el("th", {}, "for"), el("th", { class: "num" }, "taken"))),
          el("tbody", {}, ...rows.map((r) => el("tr", { tip: { head: `${r.model}, ${r.language || "any language"}, ${r.task}`, rows: [["shown", count(r.shown)], ["accepted whole", count(r.accepted)], ["in part", count(r.partial)], ["rejected", count(r.rejected)], ["characters kept", count(r.survived_chars)]] } },
            el("td", { class: "clip" }, r.model.split("/").at(-1)), el("td", { class: "faint" }, `${r.language || "–"} · ${r.task}`), el("td", { class: "num" }, share(r.acceptance))))))
      : el("p", { class: "faint" }, "This fills up as suggestions are shown, accepted and edited."));
}

export function health(data) {
  const { budget, resting, quotas, fleet } = data;
  const { spent, limit } = budget.day;
  const used = limit ? spent / limit : 0;
  const parts = [el("h3", {}, "Budget of today, this project"),
    el("div", { class: "row" }, el("span", {}, usd(spent)), el("span", {}, limit === null ? "no limit" : `of ${usd(limit)}`)),
    el("div", { class: "meter" }, el("i", { class: used >= 0.8 ? "c-failed" : "c-spent", "width%": used * 100 }))];
  if (budget.says) parts.push(el("p", { class: "warn-text" }, budget.says));
  if (quotas.length) {
    parts.push(el("h3", {}, "Free requests left today"));
    for (const q of quotas.slice(0, 4)) {
      parts.push(el("div", { class: "row" }, el("span", {}, q.pool), el("span", {}, `${count(Math.round(q.left))} of ${count(q.granted)}`)),
        el("div", { class: "meter" }, el("i", { class: q.left / q.granted < 0.2 ? "c-paid" : "c-free", "width%": (100 * q.left) / q.granted })));
    }
  }
  parts.push(el("h3", {}, resting.length ? "Resting" : "Models"));
  if (!resting.length) parts.push(ready(fleet));
  for (const r of resting.slice(0, 6)) {
    parts.push(el("div", { class: "row", tip: { head: `${r.kind} ${r.name}`, rows: [[r.reason, ""]] } }, el("span", {}, r.name, " ", el("span", { class: "faint" }, r.reason)), el("span", {}, `${lasting(r.until - data.at)}`)));
  }
  return card("third", "Budget and health", "as all your editors see it now", ...parts);
}

export function ready({ known, ready: able }) {
  if (!known) return el("p", { class: "faint" }, ...sentence("No model is configured; `lsp-router init` looks for keys and local servers."));
  if (!able) return el("p", { class: "warn-text" }, ...sentence(`None of ${known} models can be asked; \`lsp-router doctor\` says why.`));
  return el("p", { class: "calm" }, `Nobody rests: ${able} of ${known} models can be asked.`);
}

export function card(size, title, sub, ...content) {
  return el("section", { class: `card ${size}` }, el("h2", {}, title), el("p", { class: "sub" }, sub), ...content);
}

function legend(entries) {
  return el("div", { class: "legend" }, ...entries.map(([name, text, figure]) => el("span", {}, el("i", { class: `c-${name}` }), text, " ", el("b", {}, figure))));
}
