// <input type="file" data-resize="1600"> sends a picture no larger than that many pixels a side. Without this script, or
// where a browser cannot read or write the picture, the file goes as it was chosen; the server checks either alike.
// With data-small="name" a second one of half as many pixels a side goes along under that name, for phones.
const QUALITY = 0.85;
// An animation would lose all frames but one.
const STILL = /^image\/(png|jpeg|webp)$/;

for (const input of document.querySelectorAll("input[type=file][data-resize]")) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file || !STILL.test(file.type)) return;
    const side = Number(input.dataset.resize);
    const smaller = await resized(file, side).catch(() => null);
    const half = input.dataset.small ? await resized(file, side / 2).catch(() => null) : null;
    // A different file may have been chosen meanwhile.
    if (input.files[0] !== file) return;
    if (half) put(secondOf(input), half);
    if (!smaller) return;
    put(input, smaller);
    input.dataset.resized = `${file.size} ${smaller.size}`;
  });
}

function put(input, file) {
  const box = new DataTransfer();
  box.items.add(file);
  input.files = box.files;
}

function secondOf(input) {
  const known = input.form.elements.namedItem(input.dataset.small);
  if (known) return known;
  const made = Object.assign(document.createElement("input"), { type: "file", hidden: true });
  made.name = input.dataset.small;
  input.after(made);
  return made;
}

// Null where the file is best sent as it is: it has few enough pixels, and writing it anew makes it no lighter.
async function resized(file, side) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const share = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * share);
  canvas.height = Math.round(bitmap.height * share);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  // A browser that cannot write WebP gives a PNG: a photo as JPEG is smaller, and a drawing may have holes to see through.
  const webp = await written(canvas, "image/webp");
  const blob =
    webp.type === "image/webp" || file.type === "image/png" ? webp : await written(canvas, "image/jpeg");
  if (share === 1 && blob.size >= file.size) return null;
  const name = file.name.replace(/\.\w+$/, "") || "picture";
  return new File([blob], `${name}.${blob.type.split("/")[1]}`, { type: blob.type });
}

function written(canvas, type) {
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error(type))), type, QUALITY);
  });
}
