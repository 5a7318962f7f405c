import { encodeDates } from "./dateColumn.ts";
import { setColumnEncoder } from "./encodedFeature.ts";

// Imported by src/index.ts for its effect, and named in "sideEffects" of package.json for that.

setColumnEncoder("date", encodeDates);
