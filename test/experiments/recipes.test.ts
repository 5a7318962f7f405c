import { expect, test } from "vitest";
import { parseSettings, recipes } from "../../src/index.ts";

test.each(Object.entries(recipes))("the recipe %s is made of settings that fit", (_, recipe) => {
  expect(parseSettings(recipe)).toMatchObject(recipe);
});
