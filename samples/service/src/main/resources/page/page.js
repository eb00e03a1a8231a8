"use strict";
// Reads /status every second and shows it. Text is set as text, never as HTML.
const seen = []; // the newest ten readings, for shares and rates

function element(tag, text, kind) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function list(id, pairs) {
  const parts = pairs.filter(([, value]) => value !== null && value !== "")
      .flatMap(([name, value, kind]) => [element("dt", name), element("dd", value, kind)]);
  document.getElementById(id).replaceChildren(...parts);
}

function rows(id, cells, empty) {
  const body = document.getElementById(id);
  const made = cells.map(row => {
    const tr = document.createElement("tr");
    tr.append(...row.map(text => element("td", text)));
    return tr;
  });
  if (made.length === 0) {
    const td = element("td", empty);
    td.colSpan = body.previousElementSibling.rows[0].cells.length;
    const tr = document.createElement("tr");
    tr.append(td);
    made.push(tr);
  }
  body.replaceChildren(...made);
}

const key = v => v.version + " " + v.route;
const time = seconds => seconds === null ? "" : seconds < 0.01 ? (seconds * 1000).toFixed(2) + " ms" : (seconds * 1000).toFixed(0) + " ms";
const number = n => Math.round(n).toLocaleString("en");

function recent(status) {
  seen.push({at: performance.now(), rows: new Map(status.versions.map(v => [key(v), v.rows]))});
  if (seen.length > 11) seen.shift();
  const first = seen[0];
  const seconds = (seen[seen.length - 1].at - first.at) / 1000;
  const grown = new Map(status.versions.map(v => [key(v), v.rows - (first.rows.get(key(v)) ?? 0)]));
  const answered = status.versions.filter(v => v.route !== "shadow").reduce((sum, v) => sum + grown.get(key(v)), 0);
  return {
    share: v => v.route === "shadow" ? "answers nobody" : answered === 0 ? "" : (100 * grown.get(key(v)) / answered).toFixed(1) + " %",
    rate: v => seconds === 0 ? "" : number(grown.get(key(v)) / seconds)
  };
}

function show(status) {
  document.title = status.serving.model;
  document.getElementById("model").textContent = status.alias;
  const state = document.getElementById("state");
  state.textContent = status.state;
  state.className = status.state === "serving" ? "good" : "bad";
  list("deployment", [
    ["version", status.serving.version + ", " + status.serving.digest],
    ["since", status.since],
    ["runs on", status.placement],
    ["refused", status.refused, "bad"],
    ["waiting", status.waiting, "bad"],
    ["registry", status.outage ?? "can be read", status.outage ? "bad" : ""],
    ["data", status.data, "bad"],
    ["rollout", status.rollout],
    ["canary", status.canary],
    ["shadow", status.shadow],
    ["breakers", status.breakers.join("; "), status.breakers.some(it => !it.includes(": closed")) ? "bad" : ""],
    ["fallback", status.answeredByPrevious === 0 ? "" : number(status.answeredByPrevious) + " calls answered by the previous version", "bad"],
    ["rejected", Object.entries(status.rejected).filter(([, calls]) => calls > 0).map(([priority, calls]) => number(calls) + " calls of priority " + priority.toLowerCase()).join(", "), "bad"],
    ["calls", status.running + " of at most " + status.maxCalls]
  ]);
  const now = recent(status);
  rows("versions", status.versions.map(v => [v.version, v.route, number(v.rows), now.share(v), now.rate(v), number(v.errors), time(v.median), time(v.p99)]), "no calls yet");
  const monitor = status.monitor;
  list("monitor", monitor === null ? [["state", "nothing is monitored; set MLOPS_REFERENCE"]] : [
    ["rows", number(monitor.rows) + " counted, " + number(monitor.leftOut) + " left out of the sample, " + number(monitor.dropped) + " dropped, " + number(monitor.waiting) + " waiting"],
    ["performance", monitor.performance],
    ["not watched", monitor.notWatched.join("; "), "bad"]
  ]);
  rows("incidents", monitor === null ? [] : monitor.incidents.map(e => [e.id, e.kind + " of " + e.subject, e.opened, e.status, e.newest, e.others.join("; ")]), "no incidents");
}

async function read() {
  try {
    show(await (await fetch("/status", {cache: "no-store", signal: AbortSignal.timeout(5000)})).json());
  } catch (e) {
    const state = document.getElementById("state");
    state.textContent = "not reachable";
    state.className = "bad";
  }
  setTimeout(read, 1000);
}
read();
