import type { Model } from "../../src/predict.ts";
import type { PredictorData } from "../../src/report/predictorHtml.ts";
import { byId } from "./dom.ts";
import { readPageData } from "./pageData.ts";

/** Puts the content for the model into the page, or one line with an error. */
export function showPage(parts: (model: Model, data: PredictorData) => readonly HTMLElement[]): void {
  const main = byId("predictor");
  try {
    const { data, model } = readPageData();
    main.replaceChildren(...parts(model, data));
  } catch (problem) {
    main.textContent = problem instanceof Error ? problem.message : String(problem);
  }
}
