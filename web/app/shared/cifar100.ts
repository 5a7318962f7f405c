import { type DataSource, type OpenFilesOptions, readFiles } from "handgrad";
import type { ChosenFile } from "./chosenFiles.ts";

/** CIFAR-100 in files that the user chose. Throws DataError, and an error that names them for other data. */
export async function openCifar100(files: readonly ChosenFile[], options: OpenFilesOptions = {}): Promise<DataSource> {
  const read = await readFiles(files, {}, options);
  if (read.data)
    throw new Error(
      `${files[0]?.path}: expected CIFAR-100 (train.mat and test.mat, or train.bin and test.bin, or an archive of them), found ${read.data.format}`,
    );
  return read.source({});
}
