/** One way to break the code, as a change of its text: nothing in production knows of it. */
export interface Mutation {
  /** As the models' broken rules are called, where there is one. */
  readonly name: string;
  /** What is wrong then, in a few words. */
  readonly what: string;
  readonly changes: readonly {
    readonly file: string;
    /** Occurs exactly once. */
    readonly find: string;
    readonly replace: string;
  }[];
}

/** The source of a file with a mutation in it. Throws where the text that it changes is not there any more. */
export function mutate(mutation: Mutation, file: string, source: string): string {
  let text = source;
  for (const { find, replace } of mutation.changes.filter((change) => change.file === file)) {
    if (text.split(find).length !== 2) {
      throw new Error(`${mutation.name}: ${file} does not hold exactly once:\n${find}`);
    }
    text = text.replace(find, () => replace);
  }
  return text;
}

/** Which files it changes. */
export function filesOf(mutation: Mutation): readonly string[] {
  return [...new Set(mutation.changes.map(({ file }) => file))];
}
