import type { Endpoint } from '../../environment/network.ts';
import { isNumericAddress } from './ip-address.ts';

/** RFC 5665 §5.2.3.3 and §5.2.3.4: `192.0.2.1.8.1` and `2001:db8::1.8.1` are port 2049. */
export function universalAddress({ host, port }: Endpoint): string {
  return `${host}.${port >>> 8}.${port & 255}`;
}

/** Undefined for what is none, port 0 included. */
export function parseUniversalAddress(text: string): Endpoint | undefined {
  const match = /^(.+)\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const [, host = '', high = '', low = ''] = match ?? [];
  const [highByte, lowByte] = [Number(high), Number(low)];
  const port = highByte * 256 + lowByte;
  if (highByte > 255 || lowByte > 255 || port === 0 || !isNumericAddress(host)) return undefined;
  return { host, port };
}
