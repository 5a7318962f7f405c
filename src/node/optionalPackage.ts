/** Whether an import failed because the package itself is not installed, and not for a reason inside of it. */
export function isMissingPackage(error: unknown, name: string): boolean {
  const { code, message = "" } = error as NodeJS.ErrnoException;
  return code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`);
}
