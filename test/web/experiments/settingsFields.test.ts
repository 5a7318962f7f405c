import { expect, test } from "vitest";
import { parseSettings, trainSettings } from "../../../src/index.ts";
import { showScore, showSeconds } from "../../../web/app/experiments/describe.ts";
import {
  defaultOf,
  givenOf,
  parseFurther,
  parseHidden,
  settingFields,
} from "../../../web/app/experiments/settingsFields.ts";
import { showBytes } from "../../../web/app/shared/showBytes.ts";

test("every field is a setting, explains itself, and each of its choices is one that training takes", () => {
  for (const field of settingFields) {
    expect(Object.keys(trainSettings.entries)).toContain(field.name);
    expect(field.help).toMatch(/\.$/);
    if (field.kind === "choice")
      for (const option of field.options) parseSettings(givenOf({ [field.name]: option }, {}) as never);
  }
});

test("fields show the settings that the data has by default", () => {
  const defaults = parseSettings({ optimizer: "adam", learningRate: 0.003, schedule: { kind: "cosine" } });
  const shown = Object.fromEntries(settingFields.map((field) => [field.name, defaultOf(field, defaults)]));
  expect(shown).toMatchObject({ optimizer: "adam", learningRate: 0.003, schedule: "cosine", epochs: 5 });
});

test("settings given as JSON override the fields; a schedule becomes an object", () => {
  expect(givenOf({ epochs: 3, schedule: "step" }, { epochs: 4 })).toEqual({ epochs: 4, schedule: { kind: "step" } });
});

test("sizes of hidden layers: with commas or spaces, none for the default; anything else is refused", () => {
  expect(parseHidden("128, 64")).toEqual([128, 64]);
  expect(parseHidden(" 16 8 ")).toEqual([16, 8]);
  expect(parseHidden("  ")).toBeUndefined();
  for (const text of ["0", "1.5", "many", "-3"]) expect(() => parseHidden(text)).toThrow(`found "${text}"`);
});

test("further settings are an object in JSON", () => {
  expect(parseFurther('{"clipNorm": 1}')).toEqual({ clipNorm: 1 });
  expect(parseFurther("")).toEqual({});
  expect(() => parseFurther("{")).toThrow("expected JSON such as");
  expect(() => parseFurther("[1]")).toThrow("expected an object");
});

test("scores, times and sizes have units", () => {
  expect(showScore("accuracy", 0.9123)).toBe("91.23 %");
  expect(showScore("rSquared", 0.84321)).toBe("0.843");
  expect(showScore("accuracy", undefined)).toBe("–");
  expect(showSeconds(8.04)).toBe("8.0 s");
  expect(showSeconds(200)).toBe("3 min 20 s");
  expect(showSeconds(7500)).toBe("2 h 5 min");
  expect(showBytes(1_500_000)).toBe("1.5 MB");
});
