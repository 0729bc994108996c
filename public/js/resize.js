// <input type="file" data-resize="1600"> sends a picture no larger than that many pixels a side. Without this script, or
// where a browser cannot read or write the picture, the file goes as it was chosen; the server checks either alike.
// With data-small="name" a second one of half as many pixels a side goes along under that name, for phones.
// With data-formats="mail" it becomes a JPEG or PNG, which every mail program shows, without the place where a photo was taken.
// While it works the field has data-resizing; "resized" says that it is done.
const QUALITY = 0.85;
// An animation would lose all frames but one.
const STILL = /^image\/(png|jpeg|webp)$/;

document.addEventListener("change", async ({ target: input }) => {
  if (!input.matches("input[type=file][data-resize]")) return;
  const [file] = input.files;
  if (!file || !STILL.test(file.type)) return;
  input.dataset.resizing = "";
  const side = Number(input.dataset.resize);
  const write = input.dataset.formats === "mail" ? forMail : forPages;
  const smaller = await resized(file, side, write).catch(() => null);
  const half = input.dataset.small ? await resized(file, side / 2, write).catch(() => null) : null;
  // A different file may have been chosen meanwhile, which has its own turn.
  if (input.files[0] !== file) return;
  if (half) put(secondOf(input), half);
  if (smaller) {
    put(input, smaller);
    input.dataset.resized = `${file.size} ${smaller.size}`;
  }
  delete input.dataset.resizing;
  input.dispatchEvent(new Event("resized"));
});

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
async function resized(file, side, write) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const share = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * share);
  canvas.height = Math.round(bitmap.height * share);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await write(file, canvas);
  // A photo for mails is always written anew: it says where it was taken.
  const isPlain = write === forPages || file.type === "image/png";
  if (share === 1 && blob.size >= file.size && isPlain) return null;
  const name = file.name.replace(/\.\w+$/, "") || "picture";
  return new File([blob], `${name}.${blob.type.split("/")[1]}`, { type: blob.type });
}

// A browser that cannot write WebP gives a PNG: a photo as JPEG is smaller, and a drawing may have holes to see through.
async function forPages(file, canvas) {
  const webp = await written(canvas, "image/webp");
  return webp.type === "image/webp" || file.type === "image/png" ? webp : written(canvas, "image/jpeg");
}

async function forMail(file, canvas) {
  const png = await written(canvas, "image/png");
  if (file.type !== "image/jpeg" && hasHoles(canvas)) return png;
  const jpeg = await written(canvas, "image/jpeg");
  return png.size < jpeg.size ? png : jpeg;
}

function hasHoles(canvas) {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 3; at < data.length; at += 4) if (data[at] < 255) return true;
  return false;
}

function written(canvas, type) {
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error(type))), type, QUALITY);
  });
}
