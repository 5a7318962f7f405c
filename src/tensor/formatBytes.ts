/** "12,288.0 GB" */
export const formatBytes = (bytes: number): string =>
  `${(bytes / 1e9).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })} GB`;
