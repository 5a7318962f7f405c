// The project of the course in this browser's IndexedDB.

const [database, store, key] = ["handgrad course", "projects", "problem1"];

/** It stays open, so that a page that is being closed can still write: by then it is too late to wait for an opening. */
let connection: IDBDatabase | undefined;

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store);
    request.onsuccess = () => {
      const opened = request.result;
      const forget = () => {
        opened.close();
        connection = undefined;
      };
      opened.onclose = forget;
      // another tab has a newer version, or deletes everything
      opened.onversionchange = forget;
      connection = opened;
      resolve(opened);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another tab keeps an old version of the storage open"));
  });
}

async function use<Result>(
  mode: IDBTransactionMode,
  action: (all: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const opened = connection ?? (await open());
  return new Promise<Result>((resolve, reject) => {
    const transaction = opened.transaction(store, mode);
    const request = action(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
    // at once, since a page that is being closed gets no more events
    transaction.commit();
  });
}

/** What was stored last; undefined at the first visit. Throws where the browser forbids storage. */
export const readStored = (): Promise<unknown> => use("readonly", (all) => all.get(key));

/** Throws where the storage is full or forbidden. */
export async function writeStored(value: unknown): Promise<void> {
  await use("readwrite", (all) => all.put(value, key));
}
