import type { NodeType } from './nfs/nfs-protocol.ts';
import { TypeQuestions } from './stats.ts';

/** As `Dirent` of `node:fs`: a name in a directory, with what it names. */
export class Dirent<Name extends string | Buffer = string> extends TypeQuestions {
  readonly name: Name;
  /** The directory, as the program gave it. */
  readonly parentPath: Name;

  constructor(name: Name, parentPath: Name, type: NodeType) {
    super(type);
    this.name = name;
    this.parentPath = parentPath;
  }

  /** The older name of `parentPath`. */
  get path(): Name {
    return this.parentPath;
  }
}
