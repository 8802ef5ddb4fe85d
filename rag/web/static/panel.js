// Runs once in each source panel: asks the server for a source, and scrolls to the marked words when it is there.
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const narrow = window.matchMedia("(max-width: 860px)");

const reveal = () => {
  const target = element.querySelector("mark") || element.querySelector(".yj-source");
  if (!target) return;
  const block = target.offsetHeight < 300 ? "center" : "start";
  target.scrollIntoView({ block, behavior: calm.matches ? "auto" : "smooth" });
  if (narrow.matches) element.querySelector(".yj-back")?.focus({ preventScroll: true });
};

element.addEventListener("yinju-open", (event) => {
  const shown = element.querySelector(".yj-source")?.dataset.reference;
  if (shown === event.detail.reference) reveal();
  else trigger("click", event.detail);
});

watch("value", reveal);
