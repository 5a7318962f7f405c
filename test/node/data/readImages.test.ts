import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { tarOf, zipOf } from "../../../scripts/fuzz/structures.ts";
import type { OwnImages } from "../../../src/data/reading/ownDataTypes.ts";
import { imageSource } from "../../../src/experiments/imageSource.ts";
import { readOwnData } from "../../../src/node/data/ownData.ts";
import { listImages, type ReadImagesOptions, readImages } from "../../../src/node/data/readImages.ts";
import { RandomState } from "../../../src/random/randomState.ts";
import { DataError } from "../../../src/tensor/errors.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const folder = temporaryFolder("handgrad-images-");
const at = (name: string) => join(folder, name);
const size = { height: 4, width: 4 };
const random = new RandomState(3);

/** A picture of one colour with a little noise, so that no two are the same. */
const picture = (red: number, { width = 4, height = 4 } = {}) => {
  const noise = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i % 3 === 0 ? red : random.randint(0, 256)));
  return sharp(noise, { raw: { width, height, channels: 3 } });
};

function write(path: string, bytes: Uint8Array): void {
  mkdirSync(join(at(path), ".."), { recursive: true });
  writeFileSync(at(path), bytes);
}

const files: Record<string, Uint8Array> = {};
beforeAll(async () => {
  for (const [label, red] of Object.entries({ cats: 250, dogs: 5, "<b>x": 128 }))
    for (let i = 0; i < 4; i++) files[`zoo/${label}/${i}.png`] = await picture(red).png().toBuffer();
  files["zoo/cats/.DS_Store"] = Buffer.from("x");
  files["__MACOSX/zoo/cats/._0.png"] = Buffer.from("x");
  files["zoo/readme.txt"] = Buffer.from("x");
  for (const [path, bytes] of Object.entries(files)) write(path, bytes);
});

const read = (path: string, options: Partial<ReadImagesOptions> = {}) => readImages(at(path), { ...size, ...options });

/** A zip as a program writes it, deflated or not by turns. */
const zip = (content: Readonly<Record<string, Uint8Array>>) =>
  zipOf(content, new RandomState(1), deflateRawSync, { ending: "", lies: false });

describe("archives", () => {
  test("a ZIP, a .tar and a .tar.gz give the same images as the folder", async () => {
    write("zoo.zip", zip(files));
    const tar = tarOf(Object.entries(files).map(([path, content]) => ({ path, content })));
    write("zoo.tar", tar);
    write("zoo.tgz", gzipSync(tar));
    const expected = await read("zoo");
    expect(expected.dataset.labelNames).toEqual(["<b>x", "cats", "dogs"]);
    for (const archive of ["zoo.zip", "zoo.tar", "zoo.tgz"]) {
      const { dataset, notes, files: names } = await read(archive);
      expect({ ...dataset, name: "" }).toEqual({ ...expected.dataset, name: "" });
      expect(notes).toEqual(["1 file is not an image: .txt 1", "images are read from the inner folder zoo/"]);
      expect(names?.[0]).toBe(`${at(archive)}: zoo/<b>x/0.png`);
    }
  });

  test("names that lead out of the archive or have backslashes; the last entry of a name counts", async () => {
    const [red, green] = [await picture(9).png().toBuffer(), await picture(9).png().toBuffer()];
    const entries = Object.fromEntries(
      Object.entries(files).map(([path, bytes]) => [path.replaceAll("/", "\\"), bytes]),
    );
    write("odd.zip", zip({ ...entries, "../../etc/x.png": red, "zoo/cats/0.png": green }));
    const { dataset, notes } = await read("odd.zip");
    expect(dataset.labels.length).toBe(12);
    expect(notes).toContain('1 name with ".." skipped');
    const expected = await sharp(green).raw().toBuffer();
    expect(Buffer.from(dataset.inputs.slice(4 * 48, 5 * 48))).toEqual(expected);
  });

  test("a wrong checksum, a truncated file, an entry that decompresses to far more than it takes", async () => {
    const bytes = Buffer.from(zip(files));
    const place = bytes.indexOf("zoo/cats/0.png") + 40;
    bytes[place] ^= 1;
    write("damaged.zip", bytes);
    await expect(read("damaged.zip")).rejects.toThrow(/damaged\.zip: .*zoo\/cats\/0\.png.*(corrupted|unfolds)/);
    write("cut.zip", bytes.subarray(0, 500));
    await expect(read("cut.zip")).rejects.toThrow(/cut\.zip: .*directory is missing/);
    const bomb = Buffer.alloc(30_000_000);
    files["zoo/cats/0.png"].forEach((byte, i) => {
      bomb[i] = byte;
    });
    write("bomb.zip", zip({ ...files, "zoo/cats/0.png": bomb }));
    await expect(read("bomb.zip")).rejects.toThrow(/bomb\.zip: .*bytes decompress to more/);
  });
});

describe("broken files", () => {
  beforeAll(() => {
    cpSync(at("zoo"), at("broken"), { recursive: true });
    write("broken/cats/a.png", files["zoo/cats/0.png"].subarray(0, 60));
    write("broken/dogs/empty.jpg", new Uint8Array());
    for (const name of ["1.png", "2.png"]) write(`broken/ill/${name}`, Buffer.from("no picture"));
  });

  test("stop the reading with a line that names the file and the option", async () => {
    await expect(read("broken")).rejects.toThrow(DataError);
    await expect(read("broken")).rejects.toThrow(
      /broken\/.*(a\.png|empty\.jpg|\d\.png): .*; --skip-broken leaves such files out$/,
    );
  });

  test("are left out and counted with skipBroken; a class of broken files alone is none", async () => {
    const { dataset, notes } = await read("broken", { skipBroken: true });
    expect(dataset).toEqual({ ...(await read("zoo")).dataset, name: at("broken") });
    expect(notes?.filter((note) => note.includes("broken"))).toEqual([
      expect.stringMatching(
        /^4 broken files skipped: .*a\.png: cannot be decoded.*empty\.jpg: not an image: the file is empty.*, …$/s,
      ),
      "1 class left out, because all images are broken: ill",
    ]);
  });

  test("an option for all files: stopping by a signal", async () => {
    const controller = new AbortController();
    const onProgress = (done: number) => done === 3 && controller.abort(new Error("stopped"));
    await expect(
      read("zoo", { signal: controller.signal, onProgress: (done) => void onProgress(done) }),
    ).rejects.toThrow("stopped");
  });
});

test("every format, with a note on what was changed", async () => {
  const wide = picture(200, { width: 8, height: 6 });
  const frames = [picture(200), picture(10)].map((frame) => frame.png().toBuffer());
  const animated = await sharp(await Promise.all(frames), { join: { animated: true } })
    .gif()
    .toBuffer();
  const alpha = await picture(1).ensureAlpha(0.5).png().toBuffer();
  const deep = await sharp(new Uint16Array(48).fill(40_000), { raw: { width: 4, height: 4, channels: 3 } })
    .toColourspace("rgb16")
    .png()
    .toBuffer();
  const cmyk = await picture(100).toColourspace("cmyk").jpeg().toBuffer();
  const images: Record<string, Uint8Array> = {
    "a/1.gif": animated,
    "a/2.tiff": await picture(1).tiff().toBuffer(),
    "a/3.avif": await picture(1).avif().toBuffer(),
    "a/4.webp": await wide.webp().toBuffer(),
    "b/1.png": alpha,
    "b/2.png": deep,
    "b/3.jpg": cmyk,
    "b/4.png": await picture(1).toColourspace("b-w").png().toBuffer(),
    "b/5.jpeg": await picture(1).jpeg().withMetadata({ orientation: 6 }).toBuffer(),
  };
  for (const [path, bytes] of Object.entries(images)) write(`formats/${path}`, bytes);
  cpSync(new URL("../../fixtures/bmp/rgb24.bmp", import.meta.url), at("formats/b/6.bmp"));
  const { dataset, notes } = await read("formats");
  expect(dataset.labels.length).toBe(10);
  expect(notes).toEqual([
    "2 images scaled to 4×4 (--size changes it)",
    "2 images not square: cropped around the centre",
    "1 image with several frames or pages: the first is used",
    "2 images with an alpha channel: transparent parts become white",
    "1 image with more than 8 bits a channel: reduced to 8",
    "1 image in CMYK colours: converted to RGB",
    "1 image in grey: stored as red, green and blue",
    "1 image rotated according to their EXIF data",
  ]);
});

describe("copies", () => {
  beforeAll(async () => {
    for (const label of ["cats", "dogs"])
      for (let i = 0; i < 20; i++)
        write(
          `copies/${label}/${i}.png`,
          await picture(label === "cats" ? 9 : 200)
            .png()
            .toBuffer(),
        );
    for (let i = 0; i < 20; i++) cpSync(at(`copies/cats/${i % 10}.png`), at(`copies/cats/copy ${i}.png`));
    cpSync(at("copies/cats/3.png"), at("copies/dogs/same.png"));
  });

  test("are in one part, counted, and named if their classes differ", async () => {
    const data = (await readOwnData(at("copies"), size)) as OwnImages;
    expect(data.notes).toEqual([
      "21 images have the same pixels as another one: such images stay in the same part (--duplicates split divides them)",
      `1 of these has another class than the image with the same pixels: ${at("copies/cats/3.png")} and ${at("copies/dogs/same.png")}`,
    ]);
    for (let seed = 1; seed <= 5; seed++) {
      const { train, validation, test: last } = imageSource(data.dataset, { seed });
      const parts = [train, validation, last as typeof train].map(({ inputs, labels }) =>
        Array.from(labels, (_, row) => inputs.slice(row * 48, (row + 1) * 48).join()),
      );
      const distinct = parts.map((rows) => [...new Set(rows)]);
      expect(distinct.flat().length).toBe(new Set(parts.flat()).size);
      expect(parts.flat().length).toBe(61);
    }
  });

  test("that are very many, such as blank images, are split like others", async () => {
    for (const label of ["a", "b"])
      for (let i = 0; i < 40; i++)
        write(`blank/${label}/${i}.png`, i % 2 ? files["zoo/cats/0.png"] : await picture(7).png().toBuffer());
    const data = (await readOwnData(at("blank"), size)) as OwnImages;
    expect(data.notes?.[0]).toBe(
      "39 images have the same pixels as another one: such images stay in the same part, except 1 that occurs very often (--duplicates split divides them)",
    );
    const { train, validation } = imageSource(data.dataset);
    expect([train.labels.length, validation.labels.length]).toEqual([56, 12]);
  });

  test("in parts that came separately stay, with a note", async () => {
    for (const part of ["train", "test"]) cpSync(at("copies"), at(`shared/${part}`), { recursive: true });
    const { notes } = await readOwnData(at("shared"), size);
    expect(notes).toContain(
      "61 of 61 images of the test part are also in the training part, which makes its score too optimistic",
    );
  });
});

test("given parts are used as they are", async () => {
  for (const [part, count] of Object.entries({ Train: 6, valid: 3, TEST: 2 }))
    for (const label of ["a", "b"])
      for (let i = 0; i < count; i++) write(`given/${part}/${label}/${i}.png`, await picture(7).png().toBuffer());
  const data = await read("given");
  const source = imageSource(data.dataset, { given: data.test, givenValidation: data.validation });
  expect(
    [source.train, source.validation, source.test as typeof source.train].map(({ labels }) => labels.length),
  ).toEqual([12, 6, 4]);
  expect([...listImages(at("given")).values()].map((images) => images.length)).toEqual([6, 6]);
});

test.skipIf(process.platform === "win32")("links to folders are followed, but not in circles", async () => {
  cpSync(at("zoo"), at("linked"), { recursive: true });
  symlinkSync(at("linked"), at("linked/cats/round"));
  symlinkSync(at("zoo/dogs"), at("linked/wolves"));
  const { dataset } = await read("linked");
  expect(dataset.labelNames).toEqual(["<b>x", "cats", "dogs", "wolves"]);
  expect(dataset.labels.length).toBe(16);
});

test("a zip that another program wrote, with a folder, an empty folder and a comment", async ({ skip }) => {
  mkdirSync(at("zoo/none"));
  try {
    execFileSync("zip", ["-qr", "other.zip", "zoo"], { cwd: folder });
  } catch {
    skip("zip is not installed");
  }
  const { dataset, notes } = await read("other.zip");
  expect(dataset.labels.length).toBe(12);
  expect(notes).toContain("1 folder without images skipped: zoo/none/");
});

describe("labels from a table", () => {
  beforeAll(async () => {
    for (let i = 0; i < 6; i++)
      write(
        `flat/00${i}.png`,
        await picture(i % 2 ? 250 : 5)
          .png()
          .toBuffer(),
      );
    write("flat/sub/extra.png", await picture(5).png().toBuffer());
  });
  const table = (rows: readonly string[]) => write("flat/labels.csv", Buffer.from(`${rows.join("\n")}\n`));
  const rows = Array.from({ length: 6 }, (_, i) => `00${i},${i % 2 ? "cat" : "=dog"},${i}`);

  test("names without ending, leading zeros, the column by its name or by --target", async () => {
    table(["id,label,age", ...rows, "009,cat,1"]);
    const labelsFrom = at("flat/labels.csv");
    const { dataset, notes } = await read("flat", { labelsFrom });
    expect([dataset.labelNames, dataset.labels]).toEqual([["=dog", "cat"], Int32Array.of(0, 1, 0, 1, 0, 1)]);
    expect(notes).toEqual([
      `labels come from the columns id and label of ${labelsFrom}`,
      `1 row of ${labelsFrom} without an image`,
      "1 file is not an image: .csv 1",
      "1 image without a class skipped: sub/extra.png",
    ]);
    await expect(read("flat", { labelsFrom, target: "age" })).rejects.toThrow("found 6 images of 6 classes");
    await expect(read("flat", { labelsFrom, target: "none" })).rejects.toThrow(
      "no column is called none; the columns are id, label, age",
    );
  });

  test("without a header; paths; what does not fit is refused in one line", async () => {
    table([...rows.map((row) => row.replace(/^(\d+),(.*),\d$/, "./$1.png,$2")), "sub/extra.png,cat"]);
    const labelsFrom = at("flat/labels.csv");
    expect((await read("flat", { labelsFrom })).dataset.labels.length).toBe(7);
    table(["file,label", "x.png,cat"]);
    await expect(read("flat", { labelsFrom })).rejects.toThrow(
      "expected a column with the file names of the images, found none; the columns are file, label",
    );
    table(["file,label", "001,cat", "001.png,=dog"]);
    await expect(read("flat", { labelsFrom })).rejects.toThrow(
      "001.png: expected one label for each image, found cat and =dog",
    );
    table(["file,a,b", ...rows]);
    await expect(read("flat", { labelsFrom })).rejects.toThrow(
      "expected --target with the column of the labels; the columns are file, a, b",
    );
  });
});
