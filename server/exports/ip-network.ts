/** An IP address as a number. IPv4 in the clothes of IPv6 (RFC 4291 §2.5.5.2) is IPv4: a dual socket shows it so. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** The addresses whose first `prefixBits` bits are these. */
export interface IpNetwork extends IpAddress {
  readonly prefixBits: number;
}

const widths = { 4: 32, 6: 128 } as const;
const mappedPrefixBits = 96;
const mappedPrefix = 0xffffn;

/** Undefined for what is no address. A link (`%eth0`) is left out: it means something on one machine only. */
export function parseAddress(text: string): IpAddress | undefined {
  const plain = text.replace(/%.*$/, '');
  const v4 = parseIPv4(plain);
  if (v4 !== undefined) return { family: 4, bits: v4 };
  const v6 = parseIPv6(plain);
  if (v6 === undefined) return undefined;
  if (v6 >> 32n === mappedPrefix) return { family: 4, bits: v6 & 0xffff_ffffn };
  return { family: 6, bits: v6 };
}

/** RFC 4632 §3.1 and RFC 4291 §2.3: `10.0.0.0/8`, `2001:db8::/32`; without a prefix one address. Undefined for what is none. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const [, host = '', prefix] = /^([^/%]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(host);
  if (address === undefined) return undefined;
  const width = widths[address.family];
  if (prefix === undefined) return { ...address, prefixBits: width };
  // `::ffff:10.0.0.0/104` counts the bits of IPv6.
  const isMapped = address.family === 4 && host.includes(':');
  const prefixBits = Number(prefix) - (isMapped ? mappedPrefixBits : 0);
  if (prefixBits < 0 || prefixBits > width) return undefined;
  return { ...address, prefixBits };
}

export function isInNetwork(address: IpAddress, network: IpNetwork): boolean {
  return address.family === network.family && isSamePrefix(address.bits, network);
}

/** The bits after the prefix are zero: what is written is a network, not a mistyped host. */
export function isWholeNetwork({ family, bits, prefixBits }: IpNetwork): boolean {
  const rest = BigInt(widths[family] - prefixBits);
  return (bits >> rest) << rest === bits;
}

function isSamePrefix(bits: bigint, network: IpNetwork): boolean {
  const rest = BigInt(widths[network.family] - network.prefixBits);
  return bits >> rest === network.bits >> rest;
}

function parseIPv4(text: string): bigint | undefined {
  // No leading zeros: some take them for octal numbers.
  const parts = text.split('.').map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? +part : 256));
  if (parts.length !== 4 || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

/** RFC 4291 §2.2: groups of 16 bits, one run of zeros as `::`, the last two groups as IPv4. */
function parseIPv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return undefined;
  const [head = [], tail = []] = halves.map(groupsOf);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (groups.some((group) => !/^[\da-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** The groups of one side of `::`; IPv4 at the end of the whole stands for two. */
function groupsOf(half: string, index: number, halves: readonly string[]): string[] {
  const groups = half === '' ? [] : half.split(':');
  const bits = index === halves.length - 1 ? parseIPv4(groups.at(-1) ?? '') : undefined;
  if (bits === undefined) return groups;
  return [...groups.slice(0, -1), (bits >> 16n).toString(16), (bits & 0xffffn).toString(16)];
}
