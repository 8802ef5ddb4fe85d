// Runs once, in the toolbar of the chat. Hands what is clicked on the page to the server, does what the server
// tells (watch), and keeps conversations in this browser, each under a key of its own.
const KEY = "yinju:conversation:";
const CURRENT = "yinju:current";
const MOST = 100;
const EVENTS = [
  "fresh", "visit", "reopen", "pick", "edit", "unedit", "retry", "all",
  "copy", "link", "markdown", "word", "recheck", "right", "wrong",
];
const told = element.querySelector(".yj-toast");
const drawer = element.querySelector(".yj-history");
const toggle = element.querySelector('[data-do="history"]');
let current = sessionStorage.getItem(CURRENT);
let silence;

const say = (text) => {
  told.textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => (told.textContent = ""), 6000);
};

const become = (id) => {
  current = id;
  if (id) sessionStorage.setItem(CURRENT, id);
  else sessionStorage.removeItem(CURRENT);
};

const stored = (key) => {
  try {
    const entry = JSON.parse(localStorage.getItem(key));
    return Array.isArray(entry?.conversation) && entry.conversation.length ? { key, ...entry } : null;
  } catch {
    return null;
  }
};

const all = () =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(KEY))
    .map(stored)
    .filter(Boolean)
    .sort((one, other) => other.time - one.time);

const keep = (conversation) => {
  if (!conversation.length) return;
  if (!current) become(Date.now().toString(36) + Math.random().toString(36).slice(2, 8));
  const entry = JSON.stringify({ time: Date.now(), conversation });
  for (const { key } of all().slice(MOST - 1)) if (key !== KEY + current) localStorage.removeItem(key);
  for (;;) {
    try {
      localStorage.setItem(KEY + current, entry);
      return;
    } catch {
      const oldest = all().filter(({ key }) => key !== KEY + current).pop();
      if (!oldest) return say("浏览器没有地方存这段对话了");
      localStorage.removeItem(oldest.key);
    }
  }
};

const button = (label, title, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.title = title;
  made.addEventListener("click", act);
  return made;
};

const show = (open) => {
  drawer.hidden = !open;
  toggle.setAttribute("aria-expanded", open);
  if (!open) return;
  const rows = all().map(({ key, time, conversation }) => {
    const row = document.createElement("li");
    const when = new Date(time).toLocaleString("zh-CN", { dateStyle: "short", timeStyle: "short" });
    const open = button(conversation[0].question, `${when}，${conversation.length} 问`, () => {
      become(key.slice(KEY.length));
      show(false);
      trigger("reopen", { conversation });
    });
    const remove = button("删去", `删去“${conversation[0].question}”这段对话`, () => {
      localStorage.removeItem(key);
      if (key === KEY + current) become(null);
      show(true);
    });
    remove.className = "yj-remove";
    row.append(open, remove);
    row.classList.toggle("yj-current", key === KEY + current);
    return row;
  });
  drawer.querySelector("ul").replaceChildren(...rows);
  drawer.querySelector("p").textContent = rows.length
    ? "以前的对话只存在这个浏览器里。"
    : "还没有以前的对话；问过的会存在这个浏览器里。";
  const forget = drawer.querySelector('[data-do="forget"]');
  forget.hidden = !rows.length;
  forget.textContent = "全部删去";
  delete forget.dataset.sure;
};

const put = async (text, done) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No clipboard without HTTPS: the old way.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) return say(`这个浏览器不让复制，请自己选取：${text}`);
  }
  say(done);
};

const fill = (text) => {
  const box = element.closest(".yj-tab").querySelector(".yj-entry:not(.yj-remark) textarea");
  box.value = text;
  box.dispatchEvent(new Event("input"));
};

const acts = {
  fresh: () => {
    become(null);
    window.history.replaceState(null, "", location.pathname);
    trigger("fresh", {});
  },
  history: () => show(drawer.hidden),
  forget: (button) => {
    // Asked twice, since nothing brings them back.
    if (!button.dataset.sure) {
      button.dataset.sure = "yes";
      button.textContent = "确定全部删去？";
      return;
    }
    for (const { key } of all()) localStorage.removeItem(key);
    become(null);
    show(true);
  },
  markdown: () => trigger("markdown", { turn: 0 }),
  word: () => trigger("word", { turn: 0 }),
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) acts[button.dataset.do](button);
});
document.addEventListener("click", (event) => {
  if (!drawer.hidden && !event.composedPath().includes(element)) show(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || drawer.hidden) return;
  show(false);
  toggle.focus();
});
for (const name of EVENTS) element.addEventListener(`yinju-${name}`, (event) => trigger(name, event.detail));

watch("value", () => {
  const what = JSON.parse(props.value);
  if (what.keep) keep(what.keep);
  if (what.copy) put(what.copy, "已复制，附脚注");
  if (what.link) put(new URL(`?answer=${what.link}`, location.origin + location.pathname).href, "链接已复制");
  if (what.go) Object.assign(document.createElement("a"), { href: what.go, download: "" }).click();
  if (what.say) say(what.say);
  if ("box" in what) fill(what.box);
  if (what.focus) setTimeout(() => element.closest(".yj-tab").querySelector(what.focus)?.focus(), 100);
});

const asked = new URLSearchParams(location.search).get("answer");
const last = current && stored(KEY + current);
if (asked) {
  become(null);
  trigger("visit", { answer: asked });
} else if (last) {
  trigger("reopen", { conversation: last.conversation });
}
