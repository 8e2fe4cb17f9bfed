import { nobodyId, type Squash } from '../file-system/principal.ts';
import type { ExportClient, ExportRule } from './export-rule.ts';
import { isWholeNetwork, parseNetwork } from './ip-network.ts';

/** The options so far; undefined: not said. */
interface Options {
  isReadOnly?: boolean;
  isSecure?: boolean;
  who?: Squash['who'];
  anonymousUid?: number;
  anonymousGid?: number;
}

/** exports(5). What is not said is the first of its kind: least is allowed, but any source port. */
const settings: Readonly<Record<string, Partial<Options>>> = {
  ro: { isReadOnly: true },
  rw: { isReadOnly: false },
  root_squash: { who: 'root' },
  no_root_squash: { who: 'none' },
  all_squash: { who: 'all' },
  insecure: { isSecure: false },
  secure: { isSecure: true },
};
/**
 * What they ask for is so anyway, or cannot be had: every reply is durable, AUTH_SYS is what there is. A handle goes on
 * working when its file is moved out of what was mounted (no_subtree_check), but `..` leads nowhere from there.
 */
const always = new Set([
  'sync',
  'wdelay',
  'no_wdelay',
  'subtree_check',
  'no_subtree_check',
  'sec=sys',
]);
const idMax = 0xffff_ffff;

/** A client of a line: `10.0.0.0/8(rw,no_root_squash)`. Otherwise a sentence that says what is wrong. */
export function parseClient(word: string): ExportClient | string {
  const [, text = '', options] = /^([^()]*)(?:\(([^()]*)\))?$/.exec(word) ?? [];
  if (text === '') {
    return word.startsWith('(')
      ? `"${word}" has no client: write the options right behind one, without a blank between, or *(...) for everybody`
      : `"${word}" is no client: write ADDRESS(option,option)`;
  }
  const network = text === '*' ? 'everybody' : parseNetwork(text);
  if (network === undefined) {
    return `"${text}" is no client: write an address, a network such as 10.0.0.0/8 or 2001:db8::/32, or * (names are not looked up)`;
  }
  if (network !== 'everybody' && !isWholeNetwork(network)) {
    return `"${text}" has bits set behind its prefix: is one address meant, or another network?`;
  }
  const rule = parseOptions(options ?? '');
  return typeof rule === 'string' ? rule : { text, network, rule };
}

function parseOptions(text: string): ExportRule | string {
  const options: Options = {};
  for (const name of text.split(',').map((part) => part.trim())) {
    if (name === '' || always.has(name)) continue;
    const said = settings[name] ?? anonymousId(name);
    if (typeof said === 'string') return said;
    for (const [key, value] of Object.entries(said)) {
      const before = (options as Readonly<Record<string, unknown>>)[key];
      if (before !== undefined && before !== value) return `"${text}" says two different things`;
    }
    Object.assign(options, said);
  }
  const { anonymousUid: uid = nobodyId, anonymousGid: gid = nobodyId } = options;
  return {
    isReadOnly: options.isReadOnly ?? true,
    isSecure: options.isSecure ?? false,
    squash: { who: options.who ?? 'root', anonymous: { uid, gid, groups: [] } },
  };
}

function anonymousId(option: string): Partial<Options> | string {
  const [, name, digits] = /^(anonuid|anongid)=(\d{1,10})$/.exec(option) ?? [];
  const id = Number(digits);
  if (name === undefined || !(id <= idMax)) {
    const known = [...Object.keys(settings), 'anonuid=NUMBER', 'anongid=NUMBER'];
    return `there is no option "${option}": there are ${known.join(', ')}`;
  }
  return name === 'anonuid' ? { anonymousUid: id } : { anonymousGid: id };
}
