/** RFC 1833 and `rpc(5)`: what people call the programs that one meets around a file server. */
const names: Readonly<Record<number, string>> = {
  100000: 'portmapper',
  100003: 'nfs',
  100005: 'mountd',
  100011: 'rquotad',
  100021: 'nlockmgr',
  100024: 'status',
  100227: 'nfs_acl',
};

/** Undefined for a program without a name. */
export function programName(program: number): string | undefined {
  return names[program];
}

/** Undefined for a name that is not known. */
export function programOfName(name: string): number | undefined {
  const found = Object.entries(names).find(([, known]) => known === name);
  return found === undefined ? undefined : Number(found[0]);
}
