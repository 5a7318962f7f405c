import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Model,
  makeNetwork,
  modelOf,
  parseCsv,
  predictImages,
  predictorHtml,
  predictorScript,
  predictTable,
  RandomState,
  type Table,
  tableOf,
} from "../../src/node.ts";
import { encodePng } from "../../src/report/figures/png.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { BrowserPage, browserName, pause } from "./chromium.ts";

// The page of `export --html` in a browser: its answers are those of `predict`, and it loads nothing.

const hostile = `</script><img src=x onerror="window.hacked=1"> "ü" 東`;
const folder = temporaryFolder("handgrad-predictor-");

const features = [
  { kind: "number", name: "length", mean: 40, deviation: 5, indicator: true, minimum: 30, maximum: 55 },
  { kind: "number", name: hostile, mean: 0, deviation: 1, indicator: false },
  { kind: "category", name: "island", values: ["<b>Dream</b>", "missing", "a\u2028b", ""] },
] as const;

function tableModel(task: "classes" | "numbers"): Model {
  const labelNames = task === "classes" ? ["yes", "no </script>", "="] : ["mass"];
  const layers = [
    { kind: "linear", outputs: 8 },
    { kind: "gelu" },
    { kind: "linear", outputs: labelNames.length },
  ] as const;
  const network = makeNetwork({ inputShape: [7], layers }, { random: new RandomState(1) });
  const target =
    task === "classes"
      ? ({ kind: "category", name: "kind", values: labelNames } as const)
      : ({ kind: "number", name: "mass", mean: 4000, deviation: 800 } as const);
  const preprocessing = { kind: "table", features, target, ignored: [] } as const;
  const training = { data: { path: "/home/somebody/secret.csv" } };
  return modelOf(network, { inputShape: [7], answers: task, labelNames, preprocessing, training });
}

async function pageOf(model: Model, name: string): Promise<string> {
  const html = await predictorHtml(model, { script: await predictorScript(model), typicalError: 312.4 });
  expect(html).not.toContain("secret.csv");
  const file = join(folder, name);
  writeFileSync(file, html);
  return pathToFileURL(file).href;
}

/** Fills in the form as a person would. */
const fill = (values: readonly string[]) => `{
  const fields = [...document.querySelectorAll(".field input, .field select")];
  ${JSON.stringify(values)}.forEach((value, i) => { fields[i].value = value; });
  fields[0].dispatchEvent(new Event("input", { bubbles: true }));
}`;

describe.skipIf(!browserName)("in a browser", { timeout: 60_000 }, () => {
  let page: BrowserPage;
  beforeAll(async () => {
    page = await BrowserPage.open("about:blank");
  }, 60_000);
  afterAll(() => page?.close());

  const row = (length: number, other: number, island: string): Table =>
    tableOf("row", { length: [length], [hostile]: [other], island: [island] });

  test("the form of a table: the probabilities of predict, to 1e-6; names are not markup", async () => {
    const model = tableModel("classes");
    await page.visit(await pageOf(model, "classes.html"));
    const labels = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.field label')].map((l) => l.textContent)",
    );
    expect(labels).toEqual(["length", hostile, "island"]);
    const cases: [values: string[], Table][] = [
      [["", "", "missing"], row(Number.NaN, Number.NaN, "")],
      [["41,5", "-1e-3", "0"], row(41.5, -0.001, "<b>Dream</b>")],
      [["60", "2", "1"], row(60, 2, "missing")],
      [["30", "", "other"], row(30, Number.NaN, "never seen")],
    ];
    for (const [values, table] of cases) {
      await page.evaluate(fill(values));
      const shown = await page.evaluate<[string, number][]>(
        "[...document.querySelectorAll('.bars li')].map((li) => [li.querySelector('.name').textContent, Number(li.querySelector('.value').title)])",
      );
      const answers = predictTable(model, table);
      if (answers.kind !== "category") throw new Error("expected classes");
      expect(shown.map(([label]) => label)).toEqual(answers.rankings[0].map(({ label }) => label));
      answers.rankings[0].forEach(({ probability }, i) => {
        expect(Math.abs(shown[i][1] - probability)).toBeLessThan(1e-6);
      });
    }
    expect(await page.evaluate("document.querySelector('#field0-hint').textContent")).toBe("training rows: 30 to 55");
    await page.evaluate(fill(["100"]));
    expect(await page.evaluate("document.querySelector('#field0-hint').textContent")).toMatch(/^outside/);
    await page.evaluate(fill(["ten"]));
    expect(await page.evaluate("document.querySelector('#field0').getAttribute('aria-invalid')")).toBe("true");
    expect(await page.evaluate("document.querySelectorAll('main img, main b').length")).toBe(0);
    expect(await page.evaluate("'hacked' in window")).toBe(false);
  });

  test("a regression, in the units of the target, with its typical error", async () => {
    const model = tableModel("numbers");
    await page.visit(await pageOf(model, "numbers.html"));
    await page.evaluate(fill(["45", "0.5", "1"]));
    const answers = predictTable(model, row(45, 0.5, "missing"));
    if (answers.kind !== "number") throw new Error("expected numbers");
    const shown = await page.evaluate<string>("document.querySelector('.answer').title");
    expect(Math.abs(Number(shown) / answers.values[0] - 1)).toBeLessThan(1e-6);
    expect(await page.evaluate("document.querySelector('main').textContent")).toContain("typical error ± 312");
  });

  test("dates: a picker for each, in every way to write them, the answers of predict", async () => {
    const formats = ["ymd", "dmy", "mdy", "named", "compact", "unix", "time"];
    const cells = [
      "2024-02-29 13:45",
      "29/02/2024 13:45",
      "02/29/2024 13:45",
      "Feb 29, 2024 13:45",
      "20240229",
      "1709214300",
      "13:45",
    ];
    const dates = formats.map((format) => {
      const cycles =
        format === "time" ? ["hour"] : format === "compact" ? ["weekday", "day"] : ["month", "weekday", "hour"];
      // models of earlier versions have the year instead of the time
      const key = ["mdy", "unix"].includes(format) ? "year" : "time";
      const scaled = format === "time" ? {} : { [key]: { mean: 2020, deviation: 3 } };
      const width = Object.keys(scaled).length + 2 * cycles.length + 1;
      return { kind: "date", name: format, width, encoding: { format, ...scaled, cycles, indicator: true } } as const;
    });
    const inputs = dates.reduce((sum, { width }) => sum + width, 0);
    const layers = [{ kind: "linear", outputs: 1 }] as const;
    const network = makeNetwork({ inputShape: [inputs], layers }, { random: new RandomState(4) });
    const target = { kind: "number", name: "y", mean: 0, deviation: 1 } as const;
    const preprocessing = { kind: "table", features: dates, target, ignored: [] } as const;
    const model = modelOf(network, { inputShape: [inputs], answers: "numbers", labelNames: ["y"], preprocessing });
    await page.visit(await pageOf(model, "dates.html"));
    const types = await page.evaluate<string[]>("[...document.querySelectorAll('.field input')].map((i) => i.type)");
    const both = "datetime-local";
    expect(types).toEqual([both, both, both, both, "date", both, "time"]);
    const picked = types.map((type) =>
      type === "time" ? "13:45" : type === "date" ? "2024-02-29" : "2024-02-29T13:45",
    );
    for (const [values, texts] of [[picked, cells] as const, [picked.map(() => ""), cells.map(() => "")] as const]) {
      await page.evaluate(fill(values));
      const table = tableOf("dates", Object.fromEntries(formats.map((format, i) => [format, [texts[i]]])));
      const answers = predictTable(model, table);
      if (answers.kind !== "number") throw new Error("expected numbers");
      const shown = await page.evaluate<string>("document.querySelector('.answer').title");
      expect(Math.abs(Number(shown) - answers.values[0])).toBeLessThan(1e-6);
    }
  });

  test("words: a text, with a hint about the words that are used, the answers of predict", async () => {
    const words = ["ford", "škoda", "東京", "a", "b"];
    const feature = {
      kind: "words",
      name: hostile,
      width: 6,
      encoding: { words, without: 0, indicator: true },
    } as const;
    const network = makeNetwork(
      { inputShape: [6], layers: [{ kind: "linear", outputs: 1 }] },
      { random: new RandomState(6) },
    );
    const target = { kind: "number", name: "price", mean: 10, deviation: 3 } as const;
    const preprocessing = { kind: "table", features: [feature], target, ignored: [] } as const;
    const model = modelOf(network, { inputShape: [6], answers: "numbers", labelNames: ["price"], preprocessing });
    await page.visit(await pageOf(model, "words.html"));
    for (const [text, hint] of [
      ["", "known words: ford, škoda, 東京, a, … (5 in all)"],
      ["ŠKODA-Ford 3", "known words: ford, škoda"],
      ["opel", "no known word; the model knows ford, škoda, 東京, a, … (5 in all)"],
    ]) {
      await page.evaluate(fill([text]));
      expect(await page.evaluate("document.querySelector('.hint').textContent")).toBe(hint);
      const answers = predictTable(model, tableOf("row", { [hostile]: [text] }));
      if (answers.kind !== "number") throw new Error("expected numbers");
      const shown = await page.evaluate<string>("document.querySelector('.answer').title");
      expect(Math.abs(Number(shown) - answers.values[0])).toBeLessThan(1e-6);
    }
  });

  test("a CSV file becomes a table of predictions, and a file to save", async () => {
    const model = tableModel("classes");
    await page.visit(await pageOf(model, "csv.html"));
    const name = `"${hostile.replaceAll('"', '""')}"`;
    const csv = `island,length,${name}\n<b>Dream</b>,41.5,-1\n,,2\n"missing",33,0\n`;
    const file = join(folder, "rows.csv");
    writeFileSync(file, Buffer.from(`\ufeff${csv}`, "utf16le")); // as spreadsheets write "Unicode text"
    await page.chooseFiles("#csv", [file]);
    await page.until("document.querySelector('table')");
    await page.evaluate("document.querySelector('a[download]').click()");
    const saved = join(page.downloads, "predictions.csv");
    for (const end = Date.now() + 10_000; Date.now() < end && !isThere(saved); ) await pause(50);
    const lines = readFileSync(saved, "utf8").trim().split("\n");
    const answers = predictTable(model, parseCsv(csv, { name: "rows.csv" }));
    if (answers.kind !== "category") throw new Error("expected classes");
    expect(lines).toHaveLength(4);
    answers.rankings.forEach((ranking, i) => {
      const [label, ...probabilities] = lines[i + 1].split(",");
      expect(label.replace(/^'/, "")).toBe(ranking[0].label);
      model.labelNames.forEach((each, j) => {
        const wanted = ranking.find((one) => one.label === each)?.probability ?? Number.NaN;
        expect(Math.abs(Number(probabilities[j]) - wanted)).toBeLessThan(1e-6);
      });
    });
    await page.evaluate(
      "document.querySelector('#pasted').value = 'a,b\\n1,2'; document.querySelector('section button').click()",
    );
    expect(await page.evaluate("document.querySelector('section .error').textContent")).toMatch(
      /no column is called length/,
    );
  });

  test.each([3, 1])(
    "pictures of %d channels of the size of the network: the probabilities of predict",
    async (channels) => {
      const [height, width] = [12, 10];
      const layers = [{ kind: "flatten" }, { kind: "linear", outputs: 3 }] as const;
      const shape = [height, width, channels];
      const network = makeNetwork({ inputShape: shape, layers }, { random: new RandomState(2) });
      const normalization = { mean: Array(channels).fill(0.5), deviation: Array(channels).fill(0.25) };
      const labelNames = ["cat", "<i>dog</i>", "車"];
      const model = modelOf(network, { inputShape: shape, labelNames, normalization });
      await page.visit(await pageOf(model, `images${channels}.html`));
      const pixels = new Uint8Array(height * width * 3);
      const random = new RandomState(3);
      for (let i = 0; i < height * width; i++) {
        const grey = Math.floor(256 * random.randomSample());
        for (let c = 0; c < 3; c++) pixels[3 * i + c] = channels === 1 ? grey : Math.floor(256 * random.randomSample());
      }
      const file = join(folder, "picture.png");
      writeFileSync(file, encodePng(pixels, width, height));
      await page.chooseFiles("#picture", [file]);
      await page.until("document.querySelector('.bars')");
      const shown = await page.evaluate<[string, number][]>(
        "[...document.querySelectorAll('.bars li')].map((li) => [li.querySelector('.name').textContent, Number(li.querySelector('.value').title)])",
      );
      const bytes = channels === 1 ? pixels.filter((_, i) => i % 3 === 0) : pixels;
      const [ranking] = predictImages(model, [bytes]);
      ranking.forEach(({ label, probability }, i) => {
        expect(shown[i][0]).toBe(label);
        expect(Math.abs(shown[i][1] - probability)).toBeLessThan(1e-6);
      });
      writeFileSync(join(folder, "text.png"), "no picture");
      await page.chooseFiles("#picture", [join(folder, "text.png")]);
      await page.until("!document.querySelector('.error').hidden");
      expect(await page.evaluate("document.querySelector('.error').textContent")).toMatch(
        /^text\.png: .*expected JPEG/,
      );
    },
  );

  test("nothing was requested but the pages, and nothing was complained about", () => {
    expect(page.requests.filter((url) => !/^(file|blob|data|about):/.test(url))).toEqual([]);
    expect(page.complaints).toEqual([]);
  });
});

function isThere(file: string): boolean {
  try {
    return (
      readFileSync(file).length > 0 && readdirSync(join(file, "..")).every((name) => !name.endsWith(".crdownload"))
    );
  } catch {
    return false;
  }
}

test("a page without data of the machine: a policy, no addresses, its script as it was hashed", async () => {
  const html = await predictorHtml(tableModel("classes"), { script: "1;", title: "<Title>", facts: [["a", "<b>"]] });
  expect(html).toMatch(/default-src 'none'; script-src 'sha256-[\w+/]+=*'; style-src 'sha256-/);
  expect(html).not.toMatch(/https?:\/\//);
  expect(html).toContain("<title>&lt;Title&gt;</title>");
  expect(html.match(/<\/script>/g)).toHaveLength(3);
  const { preprocessing: _, ...encoded } = tableModel("classes");
  await expect(predictorHtml(encoded, { script: "" })).rejects.toThrow("expected a model of tables or images");
});
