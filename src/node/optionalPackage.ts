/** Whether an import failed because the package is not installed, and not because of an error inside the package. */
export function isMissingPackage(error: unknown, name: string): boolean {
  const { code, message = "" } = error as NodeJS.ErrnoException;
  return code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`);
}
