import type { Sharp } from "sharp";

/** Writes a picture of a page with a palette: a fraction of the bytes, without a visible difference. */
export async function savePng(picture: Sharp, file: string): Promise<void> {
  await picture.png({ palette: true, colours: 128, effort: 10 }).toFile(file);
}
