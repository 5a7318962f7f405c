/** An image with more pixels is first drawn smaller, so that several images fit into the memory of a phone. */
const mostDrawn = 16_000_000;

/** An image as RGB bytes, row-major. */
export interface DrawnImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Draws a decoded image on white, on a canvas from the caller, and closes the bitmap. Throws Error if the browser has no canvas. */
export function drawBitmap(
  bitmap: ImageBitmap,
  makeCanvas: (width: number, height: number) => HTMLCanvasElement | OffscreenCanvas,
): DrawnImage {
  const shrink = Math.min(1, Math.sqrt(mostDrawn / (bitmap.width * bitmap.height)));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * shrink)));
  const context = makeCanvas(width, height).getContext("2d", { willReadFrequently: true }) as
    | CanvasRenderingContext2D
    | OffscreenCanvasRenderingContext2D
    | null;
  if (!context) throw new Error("this browser has no canvas");
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const pixels = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data.set(pixels.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width, height, data };
}
