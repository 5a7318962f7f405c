/**
 * The files of one run folder, by their names: on a disk (`node/runs/nodeRunFiles.ts`), in a browser's storage or in memory. Changing them
 * requires the lock of the folder.
 */
export interface RunFiles {
  /** the name of the folder, for messages */
  readonly folder: string;
  /** where a file is, for messages */
  path(name: string): string;
  /** Undefined for a file that is missing. Throws DataError for one that cannot be read. */
  read(name: string): Promise<Uint8Array | undefined>;
  /**
   * Replaces a file as a whole: a reader, or a restart after a crash, finds the old content or the new one. Throws DataError that names the
   * file, and says if the storage is full; the old content then stays.
   */
  write(name: string, content: Uint8Array | string): Promise<void>;
  /** Gives a file another name, and replaces the one that has it; false if there is no such file. Throws if that is impossible. */
  rename(from: string, to: string): Promise<boolean>;
  /** Nothing happens if there is no such file. */
  remove(name: string): Promise<void>;
  /** The names of all files. */
  list(): Promise<string[]>;
  /** Returns when the names of the files are stored as safely as their contents. */
  sync(): Promise<void>;
}

/** Run files in memory: the content of a ZIP or of dropped files, and for tests. */
export class MemoryRunFiles implements RunFiles {
  readonly folder: string;
  private readonly files = new Map<string, Uint8Array>();

  constructor(folder: string, files: Readonly<Record<string, Uint8Array>> = {}) {
    this.folder = folder;
    for (const [name, bytes] of Object.entries(files)) this.files.set(name, bytes);
  }

  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.files.get(name);
  }

  async write(name: string, content: Uint8Array | string): Promise<void> {
    this.files.set(name, typeof content === "string" ? new TextEncoder().encode(content) : content.slice());
  }

  async rename(from: string, to: string): Promise<boolean> {
    const bytes = this.files.get(from);
    if (!bytes) return false;
    this.files.delete(from);
    this.files.set(to, bytes);
    return true;
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name);
  }

  async list(): Promise<string[]> {
    return [...this.files.keys()];
  }

  async sync(): Promise<void> {}
}
