// Keeps the page, so that it opens without the network after the first load. Written anew for each version.
"use strict";
const MINE = `lockgate ${self.registration.scope} `, KEEP = `${MINE}@VERSION`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEEP).then((keep) => keep.add(new Request("./", { cache: "reload" }))));
  self.skipWaiting();
});

// Caches of other versions of this page go; those of other pages of the same host stay.
self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => names.filter((name) => name.startsWith(MINE) && name !== KEEP));
  event.waitUntil(old.then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

// The page comes from the network where there is one, so that nobody reads an old one without need.
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(fetch(event.request).catch(() => caches.open(KEEP).then((keep) => keep.match("./"))));
});
