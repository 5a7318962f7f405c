/** Gives the user a file to keep, under a name that they can change. */
export function saveFile(
  name: string,
  content: Uint8Array<ArrayBuffer> | string | Blob,
  type = "application/octet-stream",
): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the download reads it after the click
}
