import { type DataRequest, type DataSource, type OpenDataOptions, openData, SettingsError } from "../src/node.ts";
import { dataSettings, type Settings } from "./trainSettings.ts";

/** The settings that say which data a trial reads; all other trials share one source. */
const aboutData = ["labels", "trainImages", "recipe"] as const;

/** The request of a trial with other labels or fewer training rows. */
function requestOf(request: DataRequest, given: Settings): DataRequest {
  const { recipe, ...settings } = given;
  const { labels, trainImages } = dataSettings({ settings, ...(recipe !== undefined && { recipe: recipe as never }) });
  return { ...request, labels, trainRows: trainImages };
}

/** Opens the data of trials; what several trials need is read once. */
export class SweepSources {
  private readonly request: DataRequest;
  private readonly options: OpenDataOptions;
  private readonly opened = new Map<string, Promise<DataSource>>();

  constructor(request: DataRequest, options: OpenDataOptions) {
    this.request = request;
    this.options = options;
  }

  of(given: Settings): Promise<DataSource> {
    const request = requestOf(this.request, given);
    const key = JSON.stringify([request.labels, request.trainRows]);
    const known = this.opened.get(key);
    if (known) return known;
    const source = openData(request, this.options);
    this.opened.set(key, source);
    return source;
  }

  /** Opens the data for all combinations of the settings in `aboutData`, and returns a synchronous lookup. */
  async all(base: Settings, vary: Settings): Promise<(given: Settings) => DataSource> {
    let combinations: Settings[] = [base];
    for (const name of aboutData) {
      const values = vary[name];
      if (values === undefined) continue;
      if (!Array.isArray(values)) throw new SettingsError(`${name}: expected values, such as 1000,2000, found a range`);
      combinations = combinations.flatMap((each) => values.map((value) => ({ ...each, [name]: value })));
    }
    const sources = new Map<string, DataSource>();
    const keyOf = (given: Settings) => JSON.stringify(aboutData.map((name) => given[name]));
    for (const each of combinations) sources.set(keyOf(each), await this.of(each));
    return (given) => sources.get(keyOf(given)) as DataSource;
  }
}
