import { type CompileFileOptions, compileSource, type SourceFiles } from './compile-file.ts';

export interface ProtocolFile {
  /** From the project's folder, without `.x`. */
  readonly path: string;
  readonly byteStrings: boolean;
}

/** The `.x` files of the project, and how each is compiled. File names are bytes, so NFS's and MOUNT's strings are too. */
export const protocolFiles: readonly ProtocolFile[] = [
  { path: 'protocol/rpc', byteStrings: true },
  { path: 'protocol/portmap', byteStrings: false },
  { path: 'protocol/mount', byteStrings: true },
  { path: 'protocol/nfs2', byteStrings: true },
  { path: 'protocol/nfs3', byteStrings: true },
  { path: 'protocol/pa', byteStrings: false },
  { path: 'examples/hash-table/hashtable', byteStrings: false },
  { path: 'examples/bank/bank', byteStrings: false },
  { path: 'examples/semantics/counter', byteStrings: false },
  { path: 'examples/audit-log/audit', byteStrings: false },
  { path: 'examples/audit-log/documents', byteStrings: false },
];

export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** What `npm run generate` writes and a test compares. `root` is the project's folder. */
export function generateProtocols(root: string, files: SourceFiles): GeneratedFile[] {
  return protocolFiles.map(({ path, byteStrings }) => {
    const folder = path.slice(0, path.lastIndexOf('/'));
    const options: CompileFileOptions = {
      path: `${root}/${path}.x`,
      outDir: `${root}/${folder}/generated`,
      byteStrings,
      runtimeImport: `${'../'.repeat(folder.split('/').length + 1)}xdr/`,
    };
    const result = compileSource(options, files);
    if (!result.ok) throw new Error(result.error);
    return { path: `${options.outDir}/${path.slice(folder.length + 1)}.ts`, text: result.text };
  });
}
