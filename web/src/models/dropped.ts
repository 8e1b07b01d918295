/** What was dropped, taken while the event is handled: afterwards the browser gives none of it away. */

export type Dropped = (FileSystemEntry | File | null)[];

export const dropped = (items: DataTransferItemList): Dropped =>
  [...items].filter(({ kind }) => kind === 'file').map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
