import { DataError, type DataRequest, type DataSource, fingerprint, type SavedRun, settingsFor } from "handgrad";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { dataName, keepFiles, keptFiles } from "./keptData.ts";
import type { OpenedData } from "./protocol.ts";

/** Makes a source of files, or of none for the stand-in. */
export type OpenFiles = (files: readonly ChosenFile[], request: DataRequest) => Promise<DataSource>;

interface Open {
  readonly id: string;
  readonly source: DataSource;
  readonly notKept: string | undefined;
  /** computed when it is asked for */
  print?: string;
}

/** The data that is open in this worker. */
export class Sources {
  private readonly openFiles: OpenFiles;
  private readonly all = new Map<string, Open>();
  private count = 0;

  constructor(openFiles: OpenFiles) {
    this.openFiles = openFiles;
  }

  /** Keeps the files in this browser, where they fit. */
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
    return this.add(await this.openFiles([], { ...request, path: "stand-in" }));
  }

  /** Throws DataError for data that is not open (any longer). */
  get(id: string): DataSource {
    const found = this.all.get(id);
    if (!found) throw new DataError("data: it is no longer open, because the worker was restarted; open it again");
    return found.source;
  }

  close(id: string): void {
    this.all.delete(id);
  }

  /** The data of a stored run: what is open, the stand-in, or files that this browser keeps. Throws DataError that says what to do. */
  async ofRun({ request, data }: Pick<SavedRun, "request" | "data">): Promise<DataSource> {
    for (const open of this.all.values()) {
      if (dataName(open.source.request) !== dataName(request)) continue;
      open.print ??= fingerprint(open.source);
      if (open.print === data) return open.source;
    }
    if (request.path === "stand-in") return this.get((await this.standIn(request)).id);
    let problem: unknown;
    for (const files of await keptFiles(request)) {
      try {
        const source = await this.openFiles(files, request);
        if (fingerprint(source) !== data) continue;
        await this.add(source);
        return source;
      } catch (error) {
        problem = error;
      }
    }
    const why = problem instanceof Error ? ` (${problem.message})` : "";
    throw new DataError(
      `${dataName(request)}: the data of this run is not in this browser${why}; choose its file or folder to continue the run`,
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
