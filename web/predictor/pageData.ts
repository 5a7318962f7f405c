import { decodeModel, type Model } from "../../src/predict.ts";
import type { PredictorData } from "../../src/report/predictorHtml.ts";
import { byId } from "./dom.ts";

/** The data that `predictorHtml` puts into the page: plain data, and the model as base64. */
export function readPageData(): { readonly data: PredictorData; readonly model: Model } {
  const data: PredictorData = JSON.parse(byId("data").textContent ?? "");
  const text = atob((byId("model").textContent ?? "").trim());
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return { data, model: decodeModel(bytes, { name: "the model of this page" }) };
}
