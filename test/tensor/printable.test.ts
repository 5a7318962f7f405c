import { describe, expect, test } from "vitest";
import { printable } from "../../src/tensor/printable.ts";

describe("printable", () => {
  test.each([
    ["\x1b[31mred", "\\u{1b}[31mred"],
    ["a\0b\tc\rd\ne\x7f", "a\\u{0}b\\u{9}c\\u{d}d\\u{a}e\\u{7f}"],
    ["\x80\x9f", "\\u{80}\\u{9f}"],
    ["a\u202eb\u2066c\u2069", "a\\u{202e}b\\u{2066}c\\u{2069}"],
    ["a\u2028b\u2029c", "a\\u{2028}b\\u{2029}c"],
    ["\ud800x\udfff", "\\u{d800}x\\u{dfff}"],
    ["\ufffe\uffff", "\\u{fffe}\\u{ffff}"],
  ])("%j is shown as %s", (text, shown) => expect(printable(text)).toBe(shown));

  test.each(["", "Käfer 🐞 甲虫", "שלום\u200f", "a\u00a0b", "\\u{1b}", "<b>&amp;</b>"])("%j stays", (text) => {
    expect(printable(text)).toBe(text);
  });

  test("line feeds stay where they are asked for, and nothing else does", () => {
    expect(printable("a\nb\r\n\x07", { newlines: true })).toBe("a\nb\\u{d}\n\\u{7}");
  });

  test("every code point of the rule, and no other of the basic plane, is replaced", () => {
    const isHidden = (code: number): boolean =>
      code < 0x20 ||
      (code >= 0x7f && code <= 0x9f) ||
      code === 0x2028 ||
      code === 0x2029 ||
      (code >= 0x202a && code <= 0x202e) ||
      (code >= 0x2066 && code <= 0x2069) ||
      (code >= 0xd800 && code <= 0xdfff) ||
      code >= 0xfffe;
    for (let code = 0; code <= 0xffff; code++) {
      const text = String.fromCharCode(code);
      const expected = isHidden(code) ? `\\u{${code.toString(16)}}` : text;
      if (printable(text) !== expected) expect(printable(text)).toBe(expected);
    }
  });
});
