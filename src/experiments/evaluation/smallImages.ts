import type { SmallImage } from "./runEvaluation.ts";

/** Larger images are scaled down for reports. */
const mostPixels = 64;

/** An image of bytes (height, width, channels) as a small one for reports: 1 channel is grey, of more than 3 the first 3 are shown. */
export function smallImage(bytes: ArrayLike<number>, [height, width, channels]: readonly number[]): SmallImage {
  const scale = Math.max(1, Math.ceil(Math.max(height, width) / mostPixels));
  const [h, w] = [Math.max(1, Math.floor(height / scale)), Math.max(1, Math.floor(width / scale))];
  const rgb = new Uint8Array(h * w * 3);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let c = 0; c < 3; c++) {
        const channel = channels < 3 ? 0 : c;
        let [sum, count] = [0, 0];
        for (let i = y * scale; i < Math.min(height, (y + 1) * scale); i++) {
          for (let j = x * scale; j < Math.min(width, (x + 1) * scale); j++) {
            sum += bytes[(i * width + j) * channels + channel];
            count++;
          }
        }
        rgb[(y * w + x) * 3 + c] = Math.round(sum / count);
      }
    }
  }
  return { rgb: base64(rgb), width: w, height: h };
}

function base64(bytes: Uint8Array): string {
  let letters = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    letters += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(letters);
}
