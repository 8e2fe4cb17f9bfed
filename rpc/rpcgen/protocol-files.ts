import { type CompileFileOptions, compileSource, type SourceFiles } from './compile-file.ts';

/** Fuga's own protocols, and how each is compiled. File names are bytes, so NFS's and MOUNT's strings are too. */
const protocols: readonly { readonly name: string; readonly byteStrings: boolean }[] = [
  { name: 'rpc', byteStrings: true },
  { name: 'portmap', byteStrings: false },
  { name: 'mount', byteStrings: true },
  { name: 'nfs2', byteStrings: true },
  { name: 'pa', byteStrings: false },
];

export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** What `npm run generate` writes and a test compares. `root` is the project's folder. */
export function generateProtocols(root: string, files: SourceFiles): GeneratedFile[] {
  return protocols.map(({ name, byteStrings }) => {
    const options: CompileFileOptions = {
      path: `${root}/protocol/${name}.x`,
      outDir: `${root}/protocol/generated`,
      byteStrings,
      runtimeImport: '../../xdr/',
    };
    const result = compileSource(options, files);
    if (!result.ok) throw new Error(result.error);
    return { path: `${options.outDir}/${name}.ts`, text: result.text };
  });
}
