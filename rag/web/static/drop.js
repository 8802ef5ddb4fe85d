// Runs once in the drop zone: uploads files one after another, then hands them to the server together.
const column = element.closest(".yj-left");
const sent = new Map();

const send = async (files, replace) => {
  const uploads = [];
  for (const file of files) {
    sent.set(file.name, file);
    element.querySelector(".yj-said").textContent = `正在上传 ${uploads.length + 1}/${files.length}：${file.name}`;
    const { path } = await upload(file).catch(() => ({ path: null }));
    uploads.push({ name: file.name, path });
  }
  element.querySelector(".yj-said").textContent = "";
  if (uploads.length) trigger("added", { files: uploads, replace });
};

element.addEventListener("change", (event) => {
  send([...event.target.files], false);
  event.target.value = "";
});

element.addEventListener("click", (event) => {
  const button = event.target.closest(".yj-replace");
  if (button) send([sent.get(button.value)], true);
});

// A file may be dropped anywhere in the column; elsewhere the browser would leave the page for it.
for (const kind of ["dragover", "dragleave", "drop"]) {
  column.addEventListener(kind, (event) => {
    event.preventDefault();
    element.classList.toggle("yj-over", kind === "dragover");
    if (kind === "drop") send([...event.dataTransfer.files], false);
  });
}
