// Asks for the figures every few seconds and draws the page anew when something has changed.

import { decisions } from "./decisions.js";
import { el, lasting } from "./draw.js";
import * as panels from "./panels.js";

const EVERY = 2500;
const SPANS = [["24h", "24 hours"], ["7d", "7 days"], ["30d", "30 days"], ["90d", "90 days"]];

const main = document.getElementById("main");
const live = document.getElementById("live");
const state = { span: localStorage.getItem("span") ?? "7d", text: "", data: null, open: new Set(), fresh: 0 };
if (!SPANS.some(([span]) => span === state.span)) state.span = "7d";

function buttons() {
  document.getElementById("spans").replaceChildren(...SPANS.map(([span, name]) => {
    const button = el("button", { type: "button", "aria-pressed": String(span === state.span) }, name);
    button.addEventListener("click", () => {
      state.span = span;
      localStorage.setItem("span", span);
      buttons();
      look();
    });
    return button;
  }));
}

async function look() {
  const span = state.span;
  try {
    const answer = await fetch(`figures.json?span=${span}`, { cache: "no-store" });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const text = await answer.text();
    if (span !== state.span) return;
    state.fresh = Date.now();
    if (text !== state.text) {
      state.text = text;
      state.data = JSON.parse(text);
      draw();
    }
  } catch {
    // the next look may find it again
  }
  tell();
}

function tell() {
  const age = (Date.now() - state.fresh) / 1000;
  const stale = age > 12;
  live.className = stale ? "stale" : "";
  live.lastElementChild.textContent = !state.fresh ? "not reachable" : stale ? `stopped ${lasting(age)} ago` : "live";
}

function draw() {
  const data = state.data;
  const folder = data.project.split(/[/\\]/).filter(Boolean).at(-1);
  document.getElementById("where").textContent = [folder, `profile ${data.profile}`].filter(Boolean).join(" · ");
  const place = { x: scrollX, y: scrollY };
  main.replaceChildren(...(data.total ? full(data) : empty(data)).filter(Boolean));
  scrollTo(place.x, place.y);
}

function full(data) {
  const half = main.clientWidth > 760 ? (main.clientWidth - 40 - 14) / 2 - 38 : main.clientWidth - 28 - 38;
  return [
    ...panels.alerts(data),
    panels.tiles(data),
    panels.spending(data, half),
    panels.requests(data, half),
    panels.models(data),
    panels.paidShare(data, half),
    panels.cacheHits(data, half),
    panels.reception(data),
    panels.pairs(data),
    panels.health(data),
    decisions(data, state.open),
    el("footer", {}, "Everything here comes from the ledger on this machine; no source text is in it, and nothing leaves."),
  ];
}

function empty(data) {
  const asked = SPANS.find(([span]) => span === state.span)[1];
  const steps = [
    ["See it work", "lsp-router try", "Completes a small program over the real server; needs no key and no network."],
    ["Bring your models", "lsp-router init", "Finds keys in your environment and model servers on this machine."],
    ["Start typing", "lsp-router", "Point your editor's LSP client at this command; init prints the lines for each editor."],
  ];
  return [
    ...panels.alerts(data),
    el("section", { class: "card empty" },
      el("img", { src: "icon.svg", alt: "" }),
      el("h2", {}, "Nothing was asked yet"),
      el("p", {}, `No request in the last ${asked}. As soon as an editor asks for something, this page shows who answered, how fast, and what it cost.`),
      el("div", { class: "steps" }, ...steps.map(([head, command, says]) => el("div", {}, el("h3", {}, head), el("code", {}, command), el("p", {}, says)))),
      panels.ready(data.fleet)),
  ];
}

function tooltips() {
  const tip = document.getElementById("tip");
  addEventListener("pointermove", (event) => {
    let node = event.target;
    while (node && !node.tip) node = node.parentElement;
    tip.hidden = !node;
    if (!node) return;
    tip.replaceChildren(el("b", {}, node.tip.head), ...node.tip.rows.map(([name, value]) => el("div", {}, el("span", {}, name), el("span", {}, value))));
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
    tip.style.top = `${event.clientY + height + 22 > innerHeight ? event.clientY - height - 10 : event.clientY + 16}px`;
  });
}

let resized = 0;
addEventListener("resize", () => {
  cancelAnimationFrame(resized);
  resized = requestAnimationFrame(() => state.data && draw());
});
buttons();
tooltips();
look();
setInterval(look, EVERY);
setInterval(tell, 1000);
