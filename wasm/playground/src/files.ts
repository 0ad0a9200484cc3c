// Files from the disk: picked, dropped, out of a folder, out of a zip.
import type { File as Manifest } from "./model.ts";

const WANTED = /\.(ya?ml|json)$/i;

/** The manifests among picked files; those of zips, too. */
export async function read(files: Iterable<File>): Promise<Manifest[]> {
  const found: Manifest[] = [];
  for (const file of files) {
    const path = file.webkitRelativePath || file.name;
    if (/\.zip$/i.test(path)) found.push(...(await unzip(await file.arrayBuffer())));
    else if (WANTED.test(path) && !hidden(path)) found.push({ name: path, text: await file.text() });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Chromium's way into folders, the only one that works on a page from a disk; others have entries. */
type Item = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

/** The files of what was dropped, with the folders' own. */
export async function dropped(items: DataTransferItemList): Promise<File[]> {
  // Everything has to be asked for before the first wait.
  const all = [...items].map((item: Item) => ({ handle: item.getAsFileSystemHandle?.(), entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found = all.map(async ({ handle, entry, file }) => {
    const known = await handle;
    if (known) return inside(known, known.name);
    if (entry?.isDirectory) return within(entry);
    return file ? [file] : [];
  });
  return (await Promise.all(found)).flat();
}

/** A file that says where it was. */
function at(path: string, file: File): File {
  return Object.defineProperty(file, "webkitRelativePath", { value: path });
}

async function inside(handle: FileSystemHandle, path: string): Promise<File[]> {
  if (handle.kind === "file") return [at(path, await (handle as FileSystemFileHandle).getFile())];
  const all: Promise<File[]>[] = [];
  for await (const each of (handle as FileSystemDirectoryHandle).values()) all.push(inside(each, `${path}/${each.name}`));
  return (await Promise.all(all)).flat();
}

async function within(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [at(entry.fullPath.slice(1), file)];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const all: FileSystemEntry[] = [];
  // A reader hands out a hundred at a time.
  for (let more = true; more; ) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    all.push(...some);
    more = some.length > 0;
  }
  return (await Promise.all(all.map(within))).flat();
}

function hidden(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");
}

/** The manifests of a zip, by its central directory. */
export async function unzip(buffer: ArrayBuffer): Promise<Manifest[]> {
  const view = new DataView(buffer);
  const text = (at: number, length: number) => new TextDecoder().decode(new Uint8Array(buffer, at, length));
  let end = buffer.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new Error("this is no zip");
  const found: Manifest[] = [];
  let at = view.getUint32(end + 16, true);
  for (let entry = view.getUint16(end + 10, true); entry > 0; entry -= 1) {
    const [method, size] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [number, number, number];
    const local = view.getUint32(at + 42, true);
    const name = text(at + 46, nameLength);
    at += 46 + nameLength + extra + comment;
    if (!WANTED.test(name) || hidden(name)) continue;
    const data = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const packed = new Blob([new Uint8Array(buffer, data, size)]);
    if (method !== 0 && method !== 8) throw new Error(`${name} is packed in a way that this page can't read`);
    const stream = method === 0 ? packed : packed.stream().pipeThrough(new DecompressionStream("deflate-raw"));
    found.push({ name, text: await new Response(stream).text() });
  }
  return found;
}
