import { describe, expect, test } from "vitest";
import { labelOfName, planImages } from "../../src/data/imageTree.ts";
import { DataError } from "../../src/tensor/errors.ts";
import fc from "../properties.ts";

const numbered = (folder: string, count: number, ending = "png") =>
  Array.from({ length: count }, (_, i) => `${folder}/${i}.${ending}`);
const foldersOf = (files: readonly string[]) => [
  ...new Set(
    files.flatMap((file) => {
      const parts = file.split("/").slice(0, -1);
      return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
    }),
  ),
];
const plan = (files: readonly string[], more: readonly string[] = []) =>
  planImages({ name: "pets", files, folders: [...foldersOf(files), ...more] });
/** How many images of each class each part has. */
const counts = ({ parts }: ReturnType<typeof plan>) =>
  Object.fromEntries(Object.entries(parts).map(([part, images]) => [part, countLabels(images)]));

function countLabels(images: readonly { readonly label: string }[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { label } of images) sum[label] = (sum[label] ?? 0) + 1;
  return sum;
}

describe("parts", () => {
  test.each([
    ["train", "test", "val"],
    ["Train", "TEST", "Validation"],
    ["training", "testing", "valid"],
  ])("%s/, %s/ and %s/ are the parts as given", (train, testing, validation) => {
    const sizes = { [train]: 4, [testing]: 3, [validation]: 2 };
    const files = Object.entries(sizes).flatMap(([part, count]) =>
      ["cats", "dogs"].flatMap((label) => numbered(`${part}/${label}`, count)),
    );
    const result = plan(files);
    expect(result.labelNames).toEqual(["cats", "dogs"]);
    expect(counts(result)).toEqual({
      train: { cats: 4, dogs: 4 },
      validation: { cats: 2, dogs: 2 },
      test: { cats: 3, dogs: 3 },
    });
    expect(result.notes).toEqual([
      `parts as given: ${train}/ to train, ${validation}/ to choose the best epoch, ${testing}/ to test`,
    ]);
  });

  test("classes of one part only are named, with a class that differs in case", () => {
    const result = plan([
      ...["cats", "dogs", "birds"].flatMap((label) => numbered(`train/${label}`, 3)),
      ...["cats", "Dogs", "fish"].flatMap((label) => numbered(`test/${label}`, 2)),
    ]);
    expect(counts(result).test).toEqual({ cats: 2 });
    expect(result.notes).toContain(
      "2 classes only in the test part, left out: Dogs (2 images; training has dogs), fish (2 images)",
    );
    expect(result.notes).toContain("2 classes without images in the test part: birds, dogs");
  });

  test("a part without class folders has no labels and is not used", () => {
    const result = plan([...numbered("train/a", 3), ...numbered("train/b", 3), ...numbered("test", 5)]);
    expect(counts(result).test).toEqual({});
    expect(result.notes).toContain(
      "5 images of the test part without a class skipped: test/0.png, test/1.png, test/2.png, test/3.png, test/4.png; this part is not used",
    );
  });

  test("parts inside of class folders", () => {
    const files = ["cats", "dogs"].flatMap((label) => [
      ...numbered(`${label}/train`, 4),
      ...numbered(`${label}/test`, 2),
    ]);
    expect(counts(plan(files))).toEqual({ train: { cats: 4, dogs: 4 }, validation: {}, test: { cats: 2, dogs: 2 } });
  });

  test("a train folder alone is looked into; a class named test beside others is a class", () => {
    expect(plan([...numbered("train/a", 3), ...numbered("train/b", 3)]).labelNames).toEqual(["a", "b"]);
    expect(plan([...numbered("test", 3), ...numbered("exam", 3)]).labelNames).toEqual(["exam", "test"]);
  });

  test.each([
    [[...numbered("test/a", 2), ...numbered("val/a", 2)], "expected a folder train/, found only"],
    [
      [...numbered("train/a", 2), ...numbered("Train/b", 2), ...numbered("test/a", 2)],
      "one folder for the train part, found Train/ and train/",
    ],
    [[...numbered("train", 4), ...numbered("test", 4)], "4 images in train/ without class folders"],
  ])("refused: %#", (files, message) => {
    expect(() => plan(files)).toThrow(DataError);
    expect(() => plan(files)).toThrow(message);
  });
});

describe("what is left out is counted", () => {
  const pets = [...numbered("cats", 3), ...numbered("dogs", 3)];

  test("by kind: no images, formats without a decoder, hidden files, folders without images, images beside the classes", () => {
    const { notes } = plan(
      [
        ...pets,
        ...["cats/a.txt", "cats/b.TXT", "cats/c.pdf", "cats/noending", "cats/d.heic", "dogs/e.svg"],
        ...["cats/.DS_Store", "__MACOSX/cats/._1.png", "dogs/Thumbs.db", ".git/x.png", "dogs/.secret.png"],
        ...["unlabelled.png", "cats/inner/9.png", "../escape.png"],
        "logs/run.log",
      ],
      ["birds"],
    );
    expect(notes).toEqual([
      "5 files are not images: .txt 2, .log 1, .pdf 1, without an ending 1",
      "2 images in formats that cannot be decoded (convert them to PNG or JPEG): .heic 1, .svg 1",
      "2 hidden files skipped: .git/x.png, dogs/.secret.png",
      '1 name with ".." skipped',
      "1 image without a class skipped: unlabelled.png",
      "2 folders without images skipped: logs/, birds/",
      "1 image in folders inside class folders, such as cats/inner/: the class is the outer folder, cats",
    ]);
  });

  test("the one folder at the top of an archive", () => {
    const { labelNames, notes } = plan(pets.map((file) => `zoo/pets/${file}`));
    expect(labelNames).toEqual(["cats", "dogs"]);
    expect(notes).toEqual(["images are read from the inner folder zoo/pets/"]);
  });
});

test("without class folders the error says what is expected, and that names or a table may have the classes", () => {
  const flat = ["cat.1.jpg", "cat.2.jpg", "dog (1).jpg", "dog (2).jpg", "labels.csv"];
  expect(() => plan(flat)).toThrow(
    "pets: 4 images, but no class folders; expected a folder for each class (cats/1.jpg, dogs/2.jpg); or take the classes from the names with --labels-from name: cat 2, dog 2; or from a table with --labels-from pets/labels.csv",
  );
  const named = planImages({ name: "pets", files: flat, folders: [] }, labelOfName);
  expect(counts(named).train).toEqual({ cat: 2, dog: 2 });
  expect(() => plan(["1.jpg", "2.jpg"])).toThrow(/expected a folder for each class \(cats\/1\.jpg, dogs\/2\.jpg\)$/);
  expect(() => plan([])).toThrow("no images; expected a folder for each class");
  expect(() => plan(["a/x.txt"])).toThrow("found .txt 1");
});

test("any names: every image is in one part once, or in a note; the order of files does not matter", () => {
  const name = fc.oneof(
    fc.constantFrom(
      "train",
      "test",
      "val",
      "Train",
      "cats",
      "dogs",
      "<b>x<",
      "=cmd",
      "\u001b[31m",
      "..",
      ".x",
      "__proto__",
    ),
    fc.string({ minLength: 1, maxLength: 4 }).map((text) => text.replaceAll("/", "_")),
  );
  const path = fc
    .tuple(fc.array(name, { maxLength: 3 }), name, fc.constantFrom(".png", ".jpg", ".txt", ""))
    .map(([folders, file, ending]) => [...folders, `${file}${ending}`].join("/"));
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 30 }), (files) => {
      try {
        const result = plan(files);
        const used = Object.values(result.parts).flatMap((images) => images.map(({ index }) => index));
        expect(new Set(used).size).toBe(used.length);
        for (const { label } of Object.values(result.parts).flat()) expect(result.labelNames).toContain(label);
        const images = files.filter((file) => /\.(png|jpg)$/.test(file));
        if (used.length < images.length) expect(result.notes.length).toBeGreaterThan(0);
        const reversed = [...files].reverse();
        const again = planImages({ name: "pets", files: reversed, folders: foldersOf(reversed) });
        expect(again.parts.train.map(({ index }) => reversed[index])).toEqual(
          result.parts.train.map(({ index }) => files[index]),
        );
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        expect(error.message).toMatch(/^pets: /);
      }
    }),
    { numRuns: 500 },
  );
});
