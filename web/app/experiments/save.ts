/** Opens a page that was made here in a new tab. The policy of this page is also that page's. */
export function openPage(html: string): void {
  const url = URL.createObjectURL(new Blob([html], { type: "text/html" }));
  window.open(url, "_blank", "noopener");
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the new tab reads it soon
}

interface PickedFolder extends FileSystemDirectoryHandle {
  requestPermission?(options: { readonly mode: "readwrite" }): Promise<PermissionState>;
}

type Picker = (options: { readonly mode: "readwrite"; readonly id: string }) => Promise<PickedFolder>;

/** Writes files to a folder that the user picks, each as a whole. Nothing happens if the user cancels. */
export async function saveToFolder(
  read: () => Promise<Readonly<Record<string, Uint8Array<ArrayBuffer>>>>,
): Promise<void> {
  const { showDirectoryPicker } = globalThis as unknown as { showDirectoryPicker: Picker };
  let folder: PickedFolder;
  try {
    folder = await showDirectoryPicker({ mode: "readwrite", id: "runs" });
  } catch (error) {
    if ((error as Error).name === "AbortError") return;
    throw error;
  }
  for (const [path, bytes] of Object.entries(await read())) {
    const names = path.split("/");
    let inner: FileSystemDirectoryHandle = folder;
    for (const name of names.slice(0, -1)) inner = await inner.getDirectoryHandle(name, { create: true });
    const handle = await inner.getFileHandle(names[names.length - 1], { create: true });
    const stream = await handle.createWritable(); // the file changes when it is closed
    await stream.write(bytes);
    await stream.close();
  }
}
