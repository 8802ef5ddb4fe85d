// Runs once in each list of the tab 评测: a click on a row's button tells the server which row.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-row]");
  if (button) trigger("pick", { row: button.dataset.row });
});
