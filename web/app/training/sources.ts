import {
  DataError,
  type DataRequest,
  type DataSource,
  fingerprint,
  firstRows,
  openFiles,
  type SavedRun,
  settingsFor,
} from "handgrad";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { dataName, keepFiles, keptFiles } from "./keptData.ts";
import type { OpenedData } from "./protocol.ts";

/** The data of a run is neither open nor kept in this browser: the user has to choose it. */
export class MissingData extends DataError {
  override name = "MissingData";
}

interface Open {
  readonly id: string;
  readonly source: DataSource;
  readonly notKept: string | undefined;
}

/** The data that is open in this worker. */
export class Sources {
  private readonly allocateBytes: (length: number) => Uint8Array;
  private readonly all = new Map<string, Open>();
  private count = 0;

  /** `allocateBytes` gives memory that the kernels reach without a copy. */
  constructor(allocateBytes: (length: number) => Uint8Array) {
    this.allocateBytes = allocateBytes;
  }

  /** Stores the files in this browser if they fit. */
  async add(source: DataSource, files: readonly ChosenFile[] = []): Promise<OpenedData> {
    const notKept = files.length === 0 ? undefined : await keepFiles(source.request, files);
    const id = String(++this.count);
    this.all.set(id, { id, source, notKept });
    return describe(id, source, notKept);
  }

  /** The stand-in, which is drawn once. */
  async standIn(request: DataRequest): Promise<OpenedData> {
    const wanted = JSON.stringify([request.labels ?? "coarse", request.trainRows]);
    for (const { id, source, notKept } of this.all.values()) {
      const { labels, trainRows } = source.request;
      if (source.kind === "stand-in" && JSON.stringify([labels, trainRows]) === wanted)
        return describe(id, source, notKept);
    }
    const { allocateBytes } = this;
    return this.add(await openFiles([], { ...request, path: "stand-in" }, { allocateBytes }));
  }

  list(): OpenedData[] {
    return [...this.all.values()].map(({ id, source, notKept }) => describe(id, source, notKept));
  }

  /** Throws DataError for data that is not open (any longer). */
  get(id: string): DataSource {
    const found = this.all.get(id);
    if (!found) throw new DataError("data: it is no longer open, because the worker was restarted; open it again");
    return found.source;
  }

  /** The same data with only the first training rows. Throws DataError if it has fewer. */
  limited(id: string, trainRows: number | undefined): DataSource {
    const source = this.get(id);
    if (trainRows === undefined || trainRows >= source.train.labels.length) return source;
    const { request, normalization } = source;
    return { ...source, normalization, train: firstRows(source.train, trainRows), request: { ...request, trainRows } };
  }

  close(id: string): void {
    this.all.delete(id);
  }

  /** The data of a stored run in files that the user chose for it. Throws DataError. */
  async ofFiles({ request }: Pick<SavedRun, "request">, files: readonly ChosenFile[]): Promise<DataSource> {
    const source = await openFiles(files, request, { allocateBytes: this.allocateBytes });
    await this.add(source, files);
    return source;
  }

  /** The data of a stored run: open data, the stand-in, or files in this browser. Throws DataError with advice. */
  async ofRun({ request, data }: Pick<SavedRun, "request" | "data">): Promise<DataSource> {
    for (const open of this.all.values()) {
      if (dataName(open.source.request) !== dataName(request)) continue;
      const source = this.limited(open.id, request.trainRows);
      if (fingerprint(source) === data) return source;
    }
    if (request.path === "stand-in") return this.get((await this.standIn(request)).id);
    let problem: unknown;
    for (const files of await keptFiles(request)) {
      try {
        const source = await openFiles(files, request, { allocateBytes: this.allocateBytes });
        if (fingerprint(source) !== data) continue;
        await this.add(source);
        return source;
      } catch (error) {
        problem = error;
      }
    }
    const why = problem instanceof Error ? ` (${problem.message})` : "";
    throw new MissingData(
      `${dataName(request)}: the data of this run is not in this browser${why}; "Choose the data" asks for its file or folder`,
    );
  }
}

function describe(id: string, source: DataSource, notKept: string | undefined): OpenedData {
  const { name, kind, request, train, validation, notes } = source;
  return {
    ...{ id, name, kind, request, notes, notKept },
    rows: { train: train.labels.length, validation: validation.labels.length },
    inputShape: [...train.inputShape],
    labelNames: [...train.labelNames],
    defaults: settingsFor(source),
  };
}
