/** The format of a file: a table that can be read, or another kind of file with advice for the user. */
export type TableFormat =
  | { readonly kind: "text" | "json" | "parquet" | "zip" | "gzip" | "zstd" | "arrays" }
  | { readonly kind: "other"; readonly what: string; readonly advice: string };

const pandas = (reader: string): string =>
  `convert it with Python: pandas.${reader}("FILE").to_csv("FILE.csv", index=False)`;
const spreadsheet = "open it in a spreadsheet and save it as .xlsx or .csv";
const unpack = (command: string): string => `unpack it first: ${command} FILE`;

interface Signature {
  readonly bytes: string;
  readonly at?: number;
  readonly format: TableFormat;
}

const other = (what: string, advice: string): TableFormat => ({ kind: "other", what, advice });

/** In this order; the characters are bytes. */
const signatures: readonly Signature[] = [
  { bytes: "\x1f\x8b", format: { kind: "gzip" } },
  { bytes: "\x28\xb5\x2f\xfd", format: { kind: "zstd" } },
  { bytes: "PK\x03\x04", format: { kind: "zip" } },
  { bytes: "PK\x05\x06", format: other("an empty ZIP archive", "name a file with data") },
  { bytes: "PAR1", format: { kind: "parquet" } },
  { bytes: "\x93NUMPY", format: { kind: "arrays" } },
  { bytes: "\xd0\xcf\x11\xe0", format: other("an old Excel file (.xls) or another Office document", spreadsheet) },
  { bytes: "ARROW1", format: other("an Arrow (Feather) file", pandas("read_feather")) },
  { bytes: "FEA1", format: other("a Feather file", pandas("read_feather")) },
  { bytes: "ORC", format: other("an ORC file", pandas("read_orc")) },
  {
    bytes: "SQLite format 3\0",
    format: other("an SQLite database", `export the table: sqlite3 -header -csv FILE "SELECT * FROM TABLE" > FILE.csv`),
  },
  { bytes: "$FL2", format: other("an SPSS file (.sav)", pandas("read_spss")) },
  { bytes: "$FL3", format: other("an SPSS file (.zsav)", pandas("read_spss")) },
  { bytes: "<stata_dta>", format: other("a Stata file (.dta)", pandas("read_stata")) },
  { bytes: "\xc2\xea\x81\x60", at: 12, format: other("a SAS file (.sas7bdat)", pandas("read_sas")) },
  { bytes: "HEADER RECORD*******", format: other("a SAS transport file (.xpt)", pandas("read_sas")) },
  { bytes: "\x89HDF", format: other("an HDF5 file", pandas("read_hdf")) },
  { bytes: "MATLAB 5", format: other("a MATLAB file", 'in MATLAB: writetable(T, "FILE.csv")') },
  { bytes: "RDX", format: other("an R data file (.RData)", 'in R: write.csv(DATA, "FILE.csv", row.names = FALSE)') },
  { bytes: "RDA", format: other("an R data file (.RData)", 'in R: write.csv(DATA, "FILE.csv", row.names = FALSE)') },
  {
    bytes: "X\n\0\0",
    format: other("an R data file (.rds)", 'in R: write.csv(readRDS("FILE"), "FILE.csv", row.names = FALSE)'),
  },
  { bytes: "BZh", format: other("a bzip2 file", unpack("bunzip2")) },
  { bytes: "\xfd7zXZ", format: other("an xz file", unpack("unxz")) },
  { bytes: "7z\xbc\xaf", format: other("a 7-Zip archive", unpack("7z x")) },
  { bytes: "Rar!", format: other("a RAR archive", unpack("unrar x")) },
  {
    bytes: "%PDF",
    format: other("a PDF file", "tables in a PDF cannot be read: copy them to a spreadsheet and save it as .csv"),
  },
  {
    bytes: "\x89PNG",
    format: other("an image", "put images into a folder with one folder for each class, and name that folder"),
  },
  {
    bytes: "\xff\xd8\xff",
    format: other("an image", "put images into a folder with one folder for each class, and name that folder"),
  },
  {
    bytes: "GIF8",
    format: other("an image", "put images into a folder with one folder for each class, and name that folder"),
  },
  { bytes: "\x7fELF", format: other("a program", "name a file with data") },
  {
    bytes: "version https://git-lfs",
    format: other("a pointer of Git LFS, not the file itself", "fetch the file: git lfs pull"),
  },
  { bytes: "Obj\x01", format: other("an Avro file", "convert it to CSV or Parquet, with DuckDB for example") },
];

/** The first characters (after spaces, in any case) of text files that are not tables. */
const texts: readonly (readonly [RegExp, TableFormat])[] = [
  [
    /^<!doctype html|^<html/i,
    other("an HTML page (perhaps a wrong download)", "fetch the file itself, or save the table of the page as .csv"),
  ],
  // A tag that is not followed by another tag may be the name of the first column
  [/^<\?xml|^<\w+:?\w*(\s[^<>]*)?>\s*<[\w!?]/i, other("an XML file", pandas("read_xml"))],
  [
    /^(%[^\n]*\n\s*)*@relation\b/i,
    other(
      "an ARFF file (Weka)",
      'in Weka, save it as .csv; or with Python: pandas.DataFrame(scipy.io.arff.loadarff("FILE")[0]).to_csv("FILE.csv", index=False)',
    ),
  ],
];

/** Extensions of binary formats that cannot be recognized by their first bytes. */
const extensions: Readonly<Record<string, TableFormat>> = {
  ".dta": other("a Stata file (.dta)", pandas("read_stata")),
  ".pkl": other("a Python pickle", pandas("read_pickle")),
  ".pickle": other("a Python pickle", pandas("read_pickle")),
  ".joblib": other("a Python pickle", "load it in Python and write it with to_csv"),
  ".mat": other("a MATLAB file", 'in MATLAB: writetable(T, "FILE.csv")'),
  ".numbers": other("a Numbers document", "export it from Numbers as CSV or Excel"),
  ".mdb": other("an Access database", "export the table as CSV: mdb-export FILE TABLE > FILE.csv"),
  ".accdb": other("an Access database", "export the table from Access as CSV"),
};

/** The format of a file from its first bytes (a few thousand), or from `name` if the bytes do not determine it. */
export function recognizeTable(head: Uint8Array, name: string): TableFormat {
  const found = signatures.find(({ bytes, at = 0 }) => startsWith(head, bytes, at));
  if (found) return named(found.format, name);
  const [extension] = /\.[^./\\]*$/.exec(name.toLowerCase()) ?? [""];
  const text = new TextDecoder().decode(head.subarray(0, 4096)).trimStart();
  const isBinary = head.subarray(0, 4096).includes(0);
  const byText = texts.find(([pattern]) => pattern.test(text));
  if (byText) return named(byText[1], name);
  if (extension in extensions && isBinary) return named(extensions[extension], name);
  if (head[0] === 0x80 && head[1] >= 2 && head[1] <= 5) return named(extensions[".pkl"], name);
  if (isJson(text, extension)) return { kind: "json" };
  return { kind: "text" };
}

/** Inserts the file's name into the advice. */
function named(format: TableFormat, name: string): TableFormat {
  if (format.kind !== "other") return format;
  const base = name.replace(/^.*[/\\]/, "");
  const stem = base.replace(/\.[^.]*$/, "");
  return { ...format, advice: format.advice.replaceAll("FILE.csv", `${stem}.csv`).replaceAll("FILE", base) };
}

/** Whether the first line of a text is a JSON value, or the text is called .json and begins like one. */
function isJson(text: string, extension: string): boolean {
  if (!/^[[{]/.test(text)) return false;
  if (/^\.(json|jsonl|ndjson)$/.test(extension)) return true;
  return /^(\{\s*("|\})|\[\s*(\{|\[|\]))/.test(text);
}

function startsWith(head: Uint8Array, bytes: string, at: number): boolean {
  for (let i = 0; i < bytes.length; i++) if (head[at + i] !== bytes.charCodeAt(i)) return false;
  return true;
}

/** Entries to ignore: folders, and the files that macOS adds to archives. */
const isAside = (name: string): boolean => /\/$|^__MACOSX\/|(^|\/)\.DS_Store$/.test(name);

/** The kind of a zip, from the names in it: a compressed `table`, `what` for another kind, or neither for an Excel workbook. */
export function recognizeZip(names: readonly string[]): {
  readonly table?: string;
  readonly what?: string;
  readonly advice: string;
} {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/^xl\/workbook\.bin$/)) return { what: "a binary Excel file (.xlsb)", advice: spreadsheet };
  if (has(/^\/?xl\/.*\.xml$/)) return { advice: "" };
  if (has(/^word\/|^ppt\//))
    return { what: "an Office document", advice: "copy the table to a spreadsheet and save it as .xlsx or .csv" };
  if (has(/^content\.xml$/)) return { what: "an OpenDocument file (.ods)", advice: spreadsheet };
  if (has(/^Index\/.*\.iwa$/)) return { what: "a Numbers document", advice: "export it from Numbers as CSV or Excel" };
  if (has(/\.npy$/)) return { what: "a zip of NumPy arrays", advice: "give it a name that ends with .npz" };
  if (has(/\.(png|jpe?g|gif|bmp|tiff?|webp)$/i))
    return { what: "a ZIP archive of images", advice: "give it a name that ends with .zip" };
  const files = names.filter((name) => !isAside(name));
  if (files.length === 1) return { table: files[0], advice: "" };
  const [some, rest] = [files.slice(0, 3).join(", "), files.length > 3 ? ", …" : ""];
  const found = files.length === 0 ? "without files" : `of ${files.length} files (${some}${rest})`;
  return { what: `a ZIP archive ${found}`, advice: "unpack it first and name one of its files" };
}
