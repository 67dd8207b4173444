// Keeps the check page usable without a network. It sees addresses only; a permit's content
// stands behind the # and never reaches it.
"use strict";

const CACHE = "kanyan-check-1";
const HERE = new URL("./", self.location.href); // …/check/
const PAGE = HERE.href.replace(/\/$/, ""); // …/check
const SHELL = [PAGE, new URL("check.js", HERE).href, new URL("check.css", HERE).href];
const FACTS = [new URL("keys.json", HERE).href, new URL("revoked.json", HERE).href];
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      await cache.addAll([...SHELL, ...FACTS].map((url) => new Request(url, { cache: "reload" })));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("kanyan-check-") && name !== CACHE) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = request.url.split(/[?#]/)[0].replace(/\/$/, "");
  if (FACTS.includes(url)) {
    event.respondWith(networkFirst(url));
  } else if (SHELL.includes(url)) {
    event.respondWith(cacheFirst(event, url));
  }
});

// Keys and revocations: the newest there is; the stored answer carries the day it was made.
async function networkFirst(url) {
  const cache = await caches.open(CACHE);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(url, { cache: "no-cache", signal: abort.signal });
    if (answer.ok) {
      await cache.put(url, answer.clone());
      return answer;
    }
  } catch {
    // No network: what follows is the answer.
  } finally {
    clearTimeout(timer);
  }
  return (await cache.match(url)) || new Response("", { status: 503 });
}

// Page, script and style: at once from the store, renewed behind for the next time.
async function cacheFirst(event, url) {
  const cache = await caches.open(CACHE);
  const renewed = fetch(url, { cache: "no-cache" })
    .then(async (answer) => {
      if (answer.ok && !answer.redirected) await cache.put(url, answer.clone());
      return answer;
    })
    .catch(() => undefined);
  const stored = await cache.match(url);
  if (stored) {
    event.waitUntil(renewed);
    return stored;
  }
  return (await renewed) || new Response("", { status: 503 });
}
