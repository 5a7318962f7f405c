import { expect, test } from "vitest";
import { inPage } from "../../../web/app/data/words.ts";

test("messages of the library name the controls of the page, with the words of their choices", () => {
  expect(inPage("identical rows stay in one part; --duplicates split turns this off")).toBe(
    "identical rows stay in one part; “Repeated rows: in any part” turns this off",
  );
  expect(inPage("x (10, 64) is read as a table; use --as images")).toBe(
    "x (10, 64) is read as a table; use “Arrays are: images”",
  );
  expect(inPage("if it is not known before y is, leave it out with --drop a")).toBe(
    "if it is not known before y is, leave it out by taking back “Use” of a",
  );
  expect(inPage("--skip-broken leaves such files out")).toBe("“Skip broken files” leaves such files out");
  expect(inPage("a --strange-option")).toBe("a --strange-option");
});
