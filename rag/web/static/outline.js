// Runs once in the panel of an outline: opens or closes all its paragraphs.
element.addEventListener("click", (event) => {
  const button = event.target.closest(".yj-unfold");
  if (!button) return;
  const parts = [...element.querySelectorAll("details.yj-part")];
  const unfold = parts.some((part) => !part.open);
  for (const part of parts) part.open = unfold;
  button.textContent = unfold ? "收起各段" : "展开各段";
});
