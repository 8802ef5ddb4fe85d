// The one listener of the page: a click on a citation opens its source in the panel of the same tab.
document.documentElement.lang = "zh-CN";

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("a.yj-link");
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    const detail = { reference: link.getAttribute("href").split("#").pop() };
    for (const panel of link.closest(".yj-tab").querySelectorAll(".yj-panel")) {
      panel.dispatchEvent(new CustomEvent("yinju-open", { detail }));
    }
  },
  true,
);
