// The one listener of the page: a click on a citation opens its source in the panel of the same tab,
// a click on 返回 (shown where the panel stands below) goes back to the answers.
document.documentElement.lang = "zh-CN";

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("a.yj-link, a.yj-back");
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    const tab = link.closest(".yj-tab");
    if (link.matches(".yj-back")) {
      tab.querySelector(".yj-left").scrollIntoView();
      return;
    }
    for (const open of tab.querySelectorAll(".yj-open")) open.classList.remove("yj-open");
    link.classList.add("yj-open");
    const detail = { reference: link.getAttribute("href").split("#").pop() };
    for (const panel of tab.querySelectorAll(".yj-panel")) {
      panel.dispatchEvent(new CustomEvent("yinju-open", { detail }));
    }
  },
  true,
);
