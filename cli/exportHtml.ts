import {
  predictorFacts,
  predictorHtml,
  predictorScript,
  readEvaluation,
  readModel,
  writeFileAtomic,
} from "../src/node.ts";

/** Writes the page that predicts with the model of a run, and prints its size. */
export async function exportHtml(run: string, out: string, title: string | undefined): Promise<void> {
  const model = readModel(run);
  const { facts, typicalError } = predictorFacts(model, readEvaluation(run));
  const page = await predictorHtml(model, { script: await predictorScript(model), title, facts, typicalError });
  await writeFileAtomic(out, page);
  const size = `${Buffer.byteLength(page).toLocaleString("en")} bytes`;
  console.log(`${out}: HTML, ${size}; open it in a browser, it needs no network`);
}
