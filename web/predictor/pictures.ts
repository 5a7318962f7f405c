import { brightnessOf } from "../../src/data/brightness.ts";
import { drawBitmap } from "../../src/data/reading/drawBitmap.ts";
import { resizeImage } from "../../src/data/resizeImage.ts";
import { imagePredictor, type Model } from "../../src/predict.ts";
import { bars, percent } from "./answers.ts";
import { dropZone, element, errorLine } from "./dom.ts";

/** A drop zone for pictures, and below it a prediction for each, the newest on top. */
export function pictures(model: Model): HTMLElement {
  const predict = imagePredictor(model);
  const [height, width, channels] = model.network.inputShape;
  const results = element("div", { role: "status", "aria-live": "polite" });
  const error = errorLine();
  const show = async (file: File): Promise<void> => {
    try {
      const pixels = await readPicture(file, [height, width, channels]);
      const [ranking] = predict([pixels]);
      const [{ label, probability }] = ranking;
      const seen = drawing(pixels, [height, width, channels]);
      seen.setAttribute("aria-label", `the picture after scaling, ${width} × ${height} pixels`);
      const card = element(
        "article",
        { class: "panel picture" },
        element("figure", {}, seen, element("figcaption", {}, `scaled for the network: ${width} × ${height}`)),
        element(
          "div",
          {},
          element("p", { class: "hint" }, file.name),
          element("p", { class: "answer" }, `${label} `, element("small", {}, percent(probability))),
          bars(ranking),
        ),
      );
      results.prepend(card);
    } catch (problem) {
      error.show(new Error(`${file.name || "the picture"}: ${(problem as Error).message}`));
    }
  };
  const zone = dropZone({
    id: "picture",
    label: "Drop pictures here, paste one, or choose files",
    accept: "image/*",
    multiple: true,
    async onFiles(files) {
      error.clear();
      for (const file of files) await show(file);
    },
  });
  return element("div", {}, zone, error.line, results);
}

/** A picture as bytes of the model's input shape: on white, scaled to cover it, cropped around the centre. */
async function readPicture(file: File, [height, width, channels]: readonly number[]): Promise<Uint8Array> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error("this browser cannot read it as a picture; expected JPEG, PNG, WebP, GIF or BMP");
  }
  const drawn = drawBitmap(bitmap, (wide, high) => element("canvas", { width: String(wide), height: String(high) }));
  const scaled = resizeImage({ ...drawn, channels: 3 }, { width, height });
  return channels === 1 ? brightnessOf(scaled) : scaled;
}

function drawing(pixels: Uint8Array, [height, width, channels]: readonly number[]): HTMLCanvasElement {
  const canvas = element("canvas", { width: String(width), height: String(height), role: "img", class: "seen" });
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[i * channels + Math.min(c, channels - 1)];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}
