import type { RandomState } from "../../src/index.ts";

/**
 * A CSV of points inside of a ring, but red ones the other way round: nothing that a linear model can learn. A column that numbers
 * the rows, gaps in two columns, and classes that need quotes.
 */
export function ringTable(rows: number, random: RandomState): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const [x, y] = [random.uniform(-2, 2), random.uniform(-2, 2)];
    const colour = ["red", "blue", "dark green", ""][random.randint(0, 4)];
    const inside = x * x + y * y < 2.5 !== (colour === "red");
    const cell = random.randomSample() < 0.03 ? "NA" : x.toFixed(3);
    return `${i + 1},${cell},${y.toFixed(3)},${colour},"${inside ? "in, well" : "out"}"`;
  });
  return `id,x,y,colour,where\n${lines.join("\n")}\n`;
}
