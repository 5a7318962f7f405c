import { setColumnEncoder } from "./encodedFeature.ts";
import { encodeWords } from "./wordColumn.ts";

// Imported by src/index.ts for its effect, and named in "sideEffects" of package.json for that.

setColumnEncoder("words", encodeWords);
