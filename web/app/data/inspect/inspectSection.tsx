import { Notice } from "../../shared/ui/notice.tsx";
import { info, reading } from "../state.ts";
import { inPage, plural } from "../words.ts";
import type { DataInfo } from "../worker/protocol.ts";
import { Classes } from "./classes.tsx";
import { ColumnsTable } from "./columnsTable.tsx";
import { ArrayOptions, areArrays, Cifar100Options, ImageOptions, TableOptions } from "./options.tsx";

/** The contents of the data, as in `data info`, and the controls that change how it is read. */
export function InspectSection() {
  const found = info.value;
  if (!found) return null;
  const { table, images, notes, problems } = found;
  return (
    <section aria-labelledby="contents" aria-busy={reading.value !== undefined}>
      <h2 id="contents">Contents</h2>
      <p class="facts">{describe(found)}</p>
      {table && <TableOptions table={table} />}
      {found.kind === "images" && !areArrays() && <ImageOptions />}
      {areArrays() && <ArrayOptions />}
      {found.kind === "cifar100" && <Cifar100Options />}
      <Lines title="Likely problems" lines={problems} kind="warning" />
      <Lines title="Decisions made while reading" lines={notes} kind="info" />
      {table && <ColumnsTable table={table} />}
      {table?.target?.classes && (
        <>
          <h3>Classes of {table.target.name}</h3>
          <Classes
            classes={table.target.classes}
            count={table.target.classCount}
            total={table.target.classRows ?? table.rows}
          />
        </>
      )}
      {images && (
        <>
          <h3>Classes</h3>
          <Classes classes={images.classes} total={images.count} images={images} />
        </>
      )}
    </section>
  );
}

function describe({ name, format, table, images }: DataInfo): string {
  if (table) return `${name}: ${format}, ${plural(table.rows, "row")}, ${plural(table.columns.length, "column")}.`;
  if (!images) return `${name}: ${format}.`;
  const { count, inputShape, validation, test } = images;
  const parts = [
    ...(validation > 0 ? [`${validation.toLocaleString("en")} to choose the best epoch`] : []),
    ...(test > 0 ? [`${test.toLocaleString("en")} to test`] : []),
  ];
  const also = parts.length > 0 ? `, and ${parts.join(", ")}` : "";
  return `${name}: ${format}, ${plural(count, "image")} of ${inputShape.join("×")}${also}.`;
}

const mostLines = 8;

function Lines({
  title,
  lines,
  kind,
}: {
  readonly title: string;
  readonly lines: readonly string[];
  readonly kind: "warning" | "info";
}) {
  if (lines.length === 0) return null;
  const line = (text: string, i: number) => <li key={i}>{inPage(text.replace(/^WARNING: /, ""))}</li>;
  const rest = lines.slice(mostLines);
  return (
    <Notice kind={kind} title={title}>
      <ul>{lines.slice(0, mostLines).map(line)}</ul>
      {rest.length > 0 && (
        <details>
          <summary>{plural(rest.length, "more line")}</summary>
          <ul>{rest.map(line)}</ul>
        </details>
      )}
    </Notice>
  );
}
