/** A part of PA taken out of a compiled copy of the program: nothing in production knows of it. */
export interface Patch {
  /** What the copy does without. */
  readonly without: string;
  readonly changes: readonly {
    /** From the root, without its ending. */
    readonly file: string;
    /** On one line, the same in the source and compiled; occurs exactly once. */
    readonly find: string;
    readonly replace: string;
  }[];
}

/** Bytes of a call's header that are the same in every call of a client: version, both UIs, incarnation. */
const fixedHeaderBytes = 44;

/** A header is decoded once; of the next ones the two numbers that differ are read. */
const header: Patch = {
  without: 'header',
  changes: [
    {
      file: 'pa/header',
      find: 'const unknown = unknownVersion(body);',
      replace: `const known = decodeCallHeader.known;
    if (known?.length === body.length && body.compare(known.body, 0, ${fixedHeaderBytes}, 0, ${fixedHeaderBytes}) === 0) {
      const header = { ...known.header, sequence: body.readUInt32BE(48), lowestUnfinished: body.readUInt32BE(56) };
      return { ok: true, header, covered: body, mac: body };
    }
    const unknown = unknownVersion(body);`,
    },
    {
      file: 'pa/header',
      find: 'return { ok: true, header, covered: body.subarray(0, macAt), mac };',
      replace: `if (header.sequence > 0) decodeCallHeader.known = { header, length: body.length, body: Buffer.from(body) };
    return { ok: true, header, covered: body.subarray(0, macAt), mac };`,
    },
  ],
};

/** Replies are remembered in memory alone, as other servers do. */
const registration: Patch = {
  without: 'registration',
  changes: [
    {
      file: 'pa/server/session-register',
      find: 'transaction.put(registeredReplies, slotKey(client, this.#slot), stored);',
      replace: '',
    },
  ],
};

/** Replies leave when they are durable, whoever holds the volume. */
const confirm: Patch = {
  without: 'confirm',
  changes: [
    {
      file: 'pa/server/reply-gate',
      find: 'const confirmation = await this.#watch.holder.confirm();',
      replace: `const confirmation = await Promise.resolve('held');`,
    },
  ],
};

/** Each part by itself, and all of them. */
export const paPatches: readonly Patch[] = [
  header,
  registration,
  confirm,
  {
    without: 'all three',
    changes: [...header.changes, ...registration.changes, ...confirm.changes],
  },
];

/** Throws where the text that is to be changed is not there any more. */
export function patched(patch: Patch, file: string, text: string): string {
  let result = text;
  for (const { find, replace } of patch.changes.filter((change) => change.file === file)) {
    if (result.split(find).length !== 2) {
      throw new Error(`without ${patch.without}: ${file} does not hold exactly once: ${find}`);
    }
    result = result.replace(find, () => replace);
  }
  return result;
}
