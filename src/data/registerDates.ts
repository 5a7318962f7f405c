import { encodeDates } from "./dateColumn.ts";
import { setDateEncoder } from "./dateFeature.ts";

// Imported by src/index.ts for its effect, and named in "sideEffects" of package.json for that.

setDateEncoder(encodeDates);
