/** Where one process of a run lives. */
export interface Place {
  readonly node: string;
  readonly host: string;
  /** Of a PAM, or of a server's service. */
  readonly port: number;
  /** What stands before its command, to run it in a network of its own. */
  readonly before: readonly string[];
}
