/** One store of this browser's IndexedDB. Its methods throw if the browser forbids storage or it is full. */
export class StoredValues {
  private readonly database: string;
  private readonly store: string;
  /** The connection stays open, so that a page that is being closed can write without waiting for it. */
  private connection: IDBDatabase | undefined;

  constructor(database: string, store: string) {
    this.database = database;
    this.store = store;
  }

  async use<Result>(mode: IDBTransactionMode, action: (all: IDBObjectStore) => IDBRequest<Result>): Promise<Result> {
    const opened = this.connection ?? (await this.open());
    return new Promise<Result>((resolve, reject) => {
      const transaction = opened.transaction(this.store, mode);
      const request = action(transaction.objectStore(this.store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
      // at once, because a page that is being closed gets no more events
      transaction.commit();
    });
  }

  private open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(this.database, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(this.store);
      request.onsuccess = () => {
        const opened = request.result;
        const forget = () => {
          opened.close();
          this.connection = undefined;
        };
        opened.onclose = forget;
        // another tab has a newer version, or deletes everything
        opened.onversionchange = forget;
        this.connection = opened;
        resolve(opened);
      };
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("another tab keeps an old version of the storage open"));
    });
  }
}
