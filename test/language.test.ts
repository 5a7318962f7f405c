import { expect, test } from "vitest";
import { findMatches, matchesIn } from "./language/matches.ts";
import { exceptions, patterns } from "./language/patterns.ts";
import { allPassages, markdownPassages } from "./language/texts.ts";

// Wording that is not plain English, in everything that a person reads. `node test/language/list.ts` lists the places.

const found = (text: string): string[] =>
  matchesIn({ file: "", line: 1, kind: "markdown", text }).map(({ match }) => match.trim());

test.each([
  ["Of several labels the share that is right.", "Of"],
  ["a file of which the lower part is used", "of which"],
  ["Lists the runs that there are.", "that there are"],
  ["Those of earlier versions are translated.", "Those of"],
  ["if the target is there, it is read", "is there"],
  ["Nor does it matter.", "Nor does"],
  ["The loss bends within so short a distance.", "within so short a distance"],
  ["stops after so many steps", "so many"],
  ["Going on after anything", "Going on"],
  ["says where the results lie", "lie"],
  ["the comparison as it stands", "stands"],
  ["trains on your data, judges and saves", "judges"],
  ["What is unfolded from a .gz", "unfolded"],
  ["MNIST and its kin", "kin"],
  ["so that nobody can see where it belongs", "nobody"],
  ["how far probabilities can be believed", "how far"],
  ["a product, which no linear model can say", "can say"],
  ["run at the speed of the machine", "at the speed of the machine"],
  ["does nothing twice", "does nothing twice"],
  ["Empty cells, NA, … are gaps", "are gaps"],
  ["Each takes of the settings its own.", "takes of the"],
  ["the same decay for weights and biases alike", "alike"],
])("finds the wording in %j", (text, match) => {
  expect(found(text)).toEqual([match]);
});

test.each([
  "The parts, each of which has its own seed, are equal.",
  "dy stands for the gradient; there are two of them.",
  "The sum is between 1 and n. Values of the columns differ.",
  "A stand-in trains in seconds. The loss goes down.",
  "What you want to keep is in the folder.",
])("finds nothing in %j", (text) => {
  expect(found(text)).toEqual([]);
});

test("code, formulas and addresses of links are not searched; line numbers are those of the file", () => {
  const source =
    "# Title\n\n```ts\n// so many\n```\n\nSee `so many`, $so many$ and [this](so-many.md).\n\n- one\n- so many\n";
  const passages = markdownPassages("a.md", source);
  expect(findMatches(passages)).toMatchObject([{ line: 10, match: "so many" }]);
});

const passages = allPassages();

test("no text has wording that is not plain English", () => {
  const places = findMatches(passages).map(
    ({ file, line, before, match, after, reason }) => `${file}:${line}: …${before}[${match}]${after}… ${reason}`,
  );
  expect(places).toEqual([]);
});

test.each(exceptions)("the exception $text is still needed", ({ text }) => {
  expect(passages.some((passage) => passage.text.includes(text))).toBe(true);
  expect(patterns.some(({ pattern }) => text.search(pattern) >= 0)).toBe(true);
});
