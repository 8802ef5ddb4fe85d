// Runs once in the list of files: keeps which are chosen, and tells the server what is done to them.
const chosen = new Set();

const show = () => {
  for (const box of element.querySelectorAll("input[type=checkbox]")) box.checked = chosen.has(box.value);
  const button = element.querySelector(".yj-choose");
  if (!button) return;
  button.disabled = chosen.size === 0;
  button.textContent = chosen.size ? `只问选中的 ${chosen.size} 个文件` : "只问选中的文件";
};

element.addEventListener("change", (event) => {
  if (event.target.checked) chosen.add(event.target.value);
  else chosen.delete(event.target.value);
  show();
});

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".yj-choose")) trigger("chosen", { files: [...chosen] });
  if (button.matches(".yj-everything")) {
    chosen.clear();
    trigger("chosen", { files: [] });
  }
  if (button.matches(".yj-cancel")) button.closest("details").open = false;
  if (button.matches(".yj-confirm")) {
    button.disabled = true;
    button.textContent = "正在移出…";
    chosen.delete(button.value);
    trigger("removed", { file: button.value });
  }
});

watch("value", show);
