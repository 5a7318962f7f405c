import "../../src/data/registerDates.ts"; // handgrad/predict encodes neither dates
import "../../src/data/registerWords.ts"; // nor words
import { csvSection } from "./csvSection.ts";
import { showPage } from "./showPage.ts";
import { tableForm } from "./tableForm.ts";

// The script of the page that `export --html` writes for tables: a form and CSV files around the entry handgrad/predict.

showPage((model, data) => [tableForm(model, data), csvSection(model)]);
