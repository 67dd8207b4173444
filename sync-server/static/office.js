// What the office's pages do in the browser besides htmx: filters that survive live updates,
// the keyboard, and telling people when a page is no longer live. Pages work without it.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Words come with the page, in its language; a bracket is filled in here.
  const say = (word, filled) =>
    (document.body.dataset["say" + word[0].toUpperCase() + word.slice(1)] ?? "").replace(/\[\w+\]/, filled);

  // Filter of the result table. It lives on the section, so a live update does not touch it.
  function showOnly(kind) {
    const box = $("[data-filterable]");
    if (!box) return;
    if (kind === "all") delete box.dataset.show; else box.dataset.show = kind;
    sessionStorage.setItem("filter:" + location.pathname, kind);
    for (const button of $$(".filters [data-filter]", box)) {
      button.setAttribute("aria-pressed", String(button.dataset.filter === kind));
    }
    let shown = 0;
    for (const section of $$(".section", box)) {
      const here = $$(".item", section).filter(
        (item) => kind === "all" || item.dataset.kinds.split(" ").includes(kind)).length;
      section.classList.toggle("none-shown", here === 0);
      shown += here;
    }
    const empty = $("[data-filter-empty]", box);
    if (empty) empty.hidden = shown > 0;
  }
  const currentFilter = () => sessionStorage.getItem("filter:" + location.pathname) || "all";

  // Rows: J and K move, Enter opens.
  let at = -1;
  function moveTo(step) {
    const rows = $$("[data-row], .item").filter((row) => row.offsetParent !== null);
    if (rows.length === 0) return;
    at = Math.min(rows.length - 1, Math.max(0, at + step));
    rows.forEach((row, i) => row.classList.toggle("at", i === at));
    rows[at].scrollIntoView({ block: "nearest" });
    $("a.row-link, .thumbs:not(.earlier) a", rows[at])?.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-filter]");
    if (button) showOnly(button.dataset.filter);
    if (event.target.closest?.("[data-fresh]")) takeFresh();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.closest?.("input, textarea, select");
    if (typing) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const viewer = $("[data-viewer]");
    if (viewer) {
      const goal = { ArrowLeft: "a[rel=prev]", ArrowRight: "a[rel=next]" }[event.key];
      if (goal) $(goal, viewer)?.click();
      if (event.key === "Escape") location.href = viewer.dataset.back;
    }
    if ($("[data-zoom]") && ["+", "=", "-", "0"].includes(event.key)) {
      zoom({ "-": 1 / 1.5, 0: 0 }[event.key] ?? 1.5);
    }
    if (event.key === "/") { event.preventDefault(); $("#find")?.focus(); }
    if (event.key === "j") moveTo(1);
    if (event.key === "k") moveTo(-1);
    const kind = ["all", "fail", "missing", "photos", "conflict"][Number(event.key) - 1];
    if (kind && $("[data-filterable]")) showOnly(kind);
  });

  // The photo: a click enlarges at that place, plus and minus go by steps, zero fits it again.
  let scale = 1;
  function zoom(by, x = 0.5, y = 0.5) {
    const box = $("[data-zoom]");
    const picture = $("img", box);
    scale = by === 0 ? 1 : Math.min(8, Math.max(1, scale * by));
    box.classList.toggle("zoomed", scale > 1);
    picture.width = Math.round(box.clientWidth * scale);
    picture.height = Math.round(box.clientHeight * scale);
    if (scale === 1) { picture.removeAttribute("width"); picture.removeAttribute("height"); }
    box.scrollLeft = picture.width * x - box.clientWidth / 2;
    box.scrollTop = picture.height * y - box.clientHeight / 2;
  }
  document.addEventListener("click", (event) => {
    const picture = event.target.closest?.("[data-zoom] img");
    if (!picture) return;
    const box = picture.getBoundingClientRect();
    zoom(scale > 1 ? 0 : 3, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  });

  // Only the scopes of the chosen class; those of others are neither shown nor sent.
  function showScopes() {
    const groups = $$("[data-class]");
    if (groups.length === 0) return;
    const chosen = $("input[name=class]:checked")?.value;
    for (const group of groups) {
      const shown = group.dataset.class === chosen;
      group.hidden = !shown;
      for (const input of $$("input", group)) input.disabled = !shown;
    }
    $("[data-choose-class]").hidden = Boolean(chosen);
  }
  document.addEventListener("change", (event) => { if (event.target.name === "class") showScopes(); });

  // A form in flight is not sent twice; a form with typed text is not left by accident.
  let dirty = false;
  document.addEventListener("input", (event) => { if (event.target.closest("form[data-guard]")) dirty = true; });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  document.addEventListener("submit", (event) => {
    dirty = false;
    for (const button of $$("button:not([type=button])", event.target)) button.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => { for (const button of $$("[aria-busy]")) button.removeAttribute("aria-busy"); });

  // Live updates. A part is morphed in place: open sections, the filter, focus and scroll stay.
  if (window.Idiomorph) {
    Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
      !(name === "open" && node.tagName === "DETAILS") &&
      !(name === "data-show" || name === "aria-pressed") &&
      !(name === "class" && node.classList.contains("none-shown"));
  }
  let incoming = null;
  function takeInbox(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    incoming = fresh;
    const known = new Map($$("[data-inbox] [data-row]").map((row) => [row.id, row]));
    let news = 0;
    for (const row of $$("[data-row]", fresh)) {
      const old = known.get(row.id);
      if (!old) { news += 1; continue; }
      if (old.innerHTML !== row.innerHTML) {
        old.innerHTML = row.innerHTML;
        old.classList.add("fresh-row");
      }
      known.delete(row.id);
    }
    const gone = known.size;
    const bar = $("[data-fresh]");
    if (!bar) return;
    bar.hidden = news + gone === 0;
    $("[data-fresh-text]", bar).textContent = news > 0 ? say("news", news) : say("changed");
  }
  function takeFresh() {
    const box = $("[data-inbox]");
    if (!box || !incoming) return;
    box.innerHTML = incoming.body.innerHTML;
    incoming = null;
    at = -1;
    $("[data-fresh]").hidden = true;
  }

  const clock = () => new Date().toTimeString().slice(0, 5);
  function live(text, off) {
    const state = $("[data-live-state]");
    if (!state) return;
    state.textContent = text;
    state.classList.toggle("off", off);
  }
  let lost = false;
  document.addEventListener("htmx:sseOpen", () => {
    live(say("live"), false);
    // What happened while the connection was away was not announced: ask once.
    if (lost) for (const part of $$("[hx-trigger*=refresh]")) htmx.trigger(part, "refresh");
    lost = false;
  });
  document.addEventListener("htmx:sseError", () => {
    if (!lost) live(say("lost", clock()), true);
    lost = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const part = event.target;
    if (!event.detail.successful) return live(say("failed", clock()), true);
    if (part.matches("[data-inbox]")) takeInbox(event.detail.xhr.responseText);
    if ($("[data-live]")) live(say("updated", clock()), false);
  });
  document.addEventListener("htmx:afterSwap", () => showOnly(currentFilter()));
  // Logged out meanwhile: the whole page goes to the login, not a part of it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.responseURL.includes("/login")) { event.detail.shouldSwap = false; location.reload(); }
  });

  // Files go up one by one, as they are; the page's own token goes along.
  async function upload(input) {
    const form = input.closest("form");
    const state = $("[data-upload-state]", input.closest(".material") ?? form);
    const files = [...input.files];
    const said = (word, ...filled) => filled.reduce((text, one) => text.replace(/\[\w+\]/, one), form.dataset[word]);
    input.disabled = true;
    for (const [i, file] of files.entries()) {
      state.textContent = said("sayProgress", i + 1, files.length);
      let answer = null;
      try {
        answer = await fetch(`${input.dataset.upload}?name=${encodeURIComponent(file.name.slice(0, 80))}`, {
          method: "POST", body: file,
          headers: { "x-csrf-token": form.dataset.csrf, "content-type": file.type || "application/octet-stream" } });
      } catch { /* The network is away: said below. */ }
      if (!answer?.ok) {
        const why = answer ? await answer.json().catch(() => ({})) : {};
        state.textContent = `${said("sayFailed")}: ${document.documentElement.lang === "en" ? why.en ?? "" : why.zh ?? ""}`;
        state.classList.add("tone-bad");
        input.disabled = false;
        return;
      }
      if (answer.headers.get("location")) { location.href = answer.headers.get("location"); return; }
    }
    state.textContent = said("sayDone");
    location.reload();
  }
  document.addEventListener("change", (event) => { if (event.target.matches("[data-upload]")) upload(event.target); });

  addEventListener("DOMContentLoaded", () => {
    showOnly(currentFilter());
    showScopes();
    $("#error-summary")?.focus();
  });
})();
