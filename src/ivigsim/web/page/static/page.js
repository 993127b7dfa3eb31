// The page: what is chosen goes to the server as the address, what comes back is drawn.

import * as charts from "./charts.js";
import { copy, showDetail, wire as wireDetails } from "./details.js";
import { showRecipes, wire as wirePhrases } from "./phrase.js";
import { tabulate } from "./numbers.js";
import { fill, query, show } from "./state.js";

const $ = (id) => document.getElementById(id);
let sent = null;
let theme = new URLSearchParams(location.search).get("theme");
let files = null;
let latest = { command: "", code: "" };
let busyTimer = null;

const send = (name, value) => Shiny.setInputValue(name, value, { priority: "event" });
const ask = (key) => send("about", key);

function choose() {
  const text = query();
  if (sent === null || text === sent) return; // not connected yet, or nothing new
  sent = text;
  show(text, theme);
  send("state", text);
}

// ---- what the server says

function problems(found) {
  for (const place of document.querySelectorAll("[data-problem]")) {
    const key = place.dataset.problem;
    const sentence = found[key] ?? "";
    if (place.textContent !== sentence) place.textContent = sentence;
    const field = key && $(`field-${key}`);
    if (field) field.toggleAttribute("aria-invalid", Boolean(sentence));
    if (sentence) place.closest("details")?.setAttribute("open", "");
  }
}

function busy(on) {
  clearTimeout(busyTimer);
  document.body.classList.toggle("busy", on);
  // short work needs no bar
  if (on) busyTimer = setTimeout(() => working(true), 300);
  else working(false);
}

function working(on) {
  $("progress").hidden = !on;
  $("cancel").hidden = !on;
  if (on) {
    $("progress").removeAttribute("value");
    $("status").textContent = "Computing …";
  }
}

const handlers = {
  ready(message) {
    files = message.files;
    for (const link of document.querySelectorAll("[data-file]")) {
      link.href = `${files}&name=${encodeURIComponent(link.dataset.file)}`;
    }
  },
  choices(message) {
    problems(message.problems);
    showRecipes(message.recipes, message.phrases);
    if (Object.keys(message.problems).length) $("status").textContent = "Not computed; the results are the last ones.";
  },
  phrase(message) {
    $(`field-${message.letter.toLowerCase()}`).value = message.text;
    choose();
  },
  busy: (_message) => busy(true), // Shiny asks for one argument
  progress(message) {
    $("progress").value = message.done / message.total;
    if (!$("progress").hidden) $("status").textContent = `Computing … ${message.done} of ${message.total} patients`;
  },
  panel(message) {
    busy(false);
    for (const [slot, html] of Object.entries(message.html)) {
      const place = document.querySelector(`[data-slot="${slot}"]`);
      if (slot.startsWith("say-")) place.textContent = html; // a sentence for a screen reader
      else place.innerHTML = html;
    }
    charts.remember(message.charts);
    charts.draw(Object.keys(message.charts), ask);
    latest = message;
    $("command").textContent = message.command;
    $("code").textContent = message.code;
    $("status").textContent = message.status;
    filter();
    byDay();
    document.body.dataset.shown = String(Number(document.body.dataset.shown ?? 0) + 1);
  },
  failed(message) {
    busy(false);
    if (Object.keys(message.problems).length) problems(message.problems);
    $("status").textContent = message.sentence;
  },
  detail: showDetail,
};

// ---- what the visitor does

function filter() {
  const word = $("filter").value.trim().toLowerCase();
  for (const row of document.querySelectorAll('[data-slot="numbers-tables"] tbody tr')) {
    row.hidden = !row.textContent.toLowerCase().includes(word);
  }
}

function byDay() {
  if ($("by-day").open) tabulate(document.querySelector('[data-slot="by-day"]'), charts.courses());
}

function setTheme(next) {
  document.documentElement.dataset.bsTheme = next;
  $("theme").setAttribute("aria-pressed", String(next === "dark"));
  charts.drawAll(ask);
}

function wire() {
  const changed = (event) => {
    if (event.target.name || event.target.dataset.switch) choose();
  };
  document.addEventListener("change", changed);
  $("controls").addEventListener("submit", (event) => event.preventDefault());
  wirePhrases(choose, (recipe) => send("recipe", recipe));
  wireDetails(ask);
  $("cancel").addEventListener("click", () => send("cancel", Date.now()));
  $("filter").addEventListener("input", filter);
  $("by-day").addEventListener("toggle", byDay);
  for (const tab of document.querySelectorAll("[data-view]")) {
    tab.addEventListener("shown.bs.tab", () => {
      charts.drawAll(ask);
      choose();
    });
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => {
      copy(button.dataset.copy === "link" ? location.href : latest[button.dataset.copy], button);
    });
  }
  for (const button of document.querySelectorAll("[data-save]")) {
    button.addEventListener("click", () => charts.save(button.dataset.chart, button.dataset.save));
  }
  $("theme").addEventListener("click", () => {
    theme = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    setTheme(theme);
    show(query(), theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
    if (!theme) setTheme(event.matches ? "dark" : "light");
  });
}

for (const [name, handle] of Object.entries(handlers)) Shiny.addCustomMessageHandler(name, handle);
// the address is the one input; Shiny need not send each field as well
for (const field of document.querySelectorAll("input, select")) field.setAttribute("data-shiny-no-bind-input", "");
// on a phone the results come soon after the regimens
if (matchMedia("(max-width: 36rem)").matches) $("controls").querySelector("details + details").open = false;
fill(location.search);
wire();
setTheme(document.documentElement.dataset.bsTheme);
const view = new URLSearchParams(location.search).get("view");
const tab = view && document.querySelector(`[data-view="${CSS.escape(view)}"]`);
if (tab) bootstrap.Tab.getOrCreateInstance(tab).show();

Shiny.initializedPromise.then(() => {
  // what the form cannot show must still reach the server, to be refused in words
  sent = query();
  send("state", location.search.replace(/^\?/, ""));
});
jQuery(document).on("shiny:disconnected", () => {
  busy(false);
  $("status").textContent = "The server is gone; load the page again.";
});
