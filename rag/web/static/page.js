// The listeners of the page: a click on a citation opens its source in the panel of the same tab, a click on an
// act goes to the toolbar of the same tab, and a citation that is pointed at or focused shows its words.
document.documentElement.lang = "zh-CN";

const narrow = window.matchMedia("(max-width: 860px)");
const card = Object.assign(document.createElement("div"), { className: "yj-card", hidden: true });
const titles = new WeakMap();
let opener = null;

const openSource = (link) => {
  const tab = link.closest(".yj-tab");
  const reference = link.getAttribute("href").split("#").pop();
  const own = reference.replace(/^raw-/, "");
  for (const open of tab.querySelectorAll(".yj-open")) open.classList.remove("yj-open");
  for (const same of tab.querySelectorAll(`.yj-left a[href$="#${own}"]`)) same.classList.add("yj-open");
  if (!link.closest(".yj-panel")) opener = link;
  // Where the source lies over the page, the browser's way back is the way out of it.
  if (narrow.matches && !tab.matches(".yj-reading")) history.pushState({ reading: true }, "");
  tab.classList.add("yj-reading");
  for (const panel of tab.querySelectorAll(".yj-panel")) {
    panel.dispatchEvent(new CustomEvent("yinju-open", { detail: { reference } }));
  }
};

const closeSource = (tab) => {
  if (!tab.classList.contains("yj-reading")) return;
  tab.classList.remove("yj-reading");
  opener?.scrollIntoView({ block: "center" });
  opener?.focus({ preventScroll: true });
};

const leaveSource = (tab) => (history.state?.reading ? history.back() : closeSource(tab));

window.addEventListener("popstate", () => {
  if (narrow.matches) document.querySelectorAll(".yj-tab.yj-reading").forEach(closeSource);
});

const act = (button) => {
  const [, verb, turn] = button.value.match(/^(\w+)-(\d+)$/);
  const detail = { turn: Number(turn), text: button.textContent };
  for (const desk of button.closest(".yj-tab").querySelectorAll(".yj-desk")) {
    desk.dispatchEvent(new CustomEvent(`yinju-${verb}`, { detail }));
  }
};

document.addEventListener(
  "click",
  (event) => {
    const target = event.target.closest("a.yj-link, a.yj-back, button.yj-act");
    if (!target) return;
    event.preventDefault();
    event.stopPropagation();
    hideCard();
    if (target.matches("button")) act(target);
    else if (target.matches(".yj-back")) leaveSource(target.closest(".yj-tab"));
    else openSource(target);
  },
  true,
);

// The words of a citation, at the place where the pointer or the focus is. They are the link's title, which is
// taken away meanwhile, so that the browser does not show it a second time.
const showCard = (link) => {
  if (!link.title) return;
  hideCard();
  titles.set(card, [link, link.title]);
  const [, quote, where] = link.title.match(/^(“[^]*”) —— (.*)$/) || [null, link.title, ""];
  link.title = "";
  const parts = [quote, where].map((text, n) =>
    Object.assign(document.createElement(n ? "small" : "p"), { textContent: text }),
  );
  card.replaceChildren(...parts);
  card.hidden = false;
  (link.closest(".gradio-container") || document.body).append(card);
  const place = link.getBoundingClientRect();
  const size = card.getBoundingClientRect();
  const left = Math.min(Math.max(place.left, 8), window.innerWidth - size.width - 8);
  const above = place.top > size.height + 8;
  card.style.left = `${left}px`;
  card.style.top = `${above ? place.top - size.height - 6 : place.bottom + 6}px`;
};

const hideCard = () => {
  const [link, title] = titles.get(card) || [];
  if (link) link.title = title;
  titles.delete(card);
  card.hidden = true;
};

const pointed = (event) => {
  const link = event.target.closest?.("a.yj-link[title]");
  if (link) showCard(link);
};

document.addEventListener("mouseover", pointed);
document.addEventListener("focusin", (event) => {
  if (event.target.matches(":focus-visible")) pointed(event);
});
document.addEventListener("mouseout", (event) => {
  if (event.target.closest?.("a.yj-link")) hideCard();
});
document.addEventListener("focusout", hideCard);
document.addEventListener("scroll", hideCard, true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  hideCard();
  if (narrow.matches) document.querySelectorAll(".yj-tab.yj-reading").forEach(leaveSource);
});
