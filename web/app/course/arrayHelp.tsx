import { saveFile } from "../shared/saveFile.ts";
import { Button } from "../shared/ui/button.tsx";
import { arrayParts } from "./arrayParts.ts";
import { arrayModule } from "./project.ts";

const parts = arrayParts(arrayModule);

/** The functions that every exercise can import from ./array.ts. */
export function ArrayHelp() {
  return (
    <details class="array-help">
      <summary>What you can import from array.ts</summary>
      <dl>
        {parts.map(({ signature, text }) => (
          <div key={signature}>
            <dt>
              <code>{signature}</code>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Button onClick={() => saveFile("array.ts", arrayModule, "text/plain")}>Download array.ts</Button>
    </details>
  );
}
