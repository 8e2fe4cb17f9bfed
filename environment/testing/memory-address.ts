import type { Endpoint } from '../network.ts';

const anyHost = new Set(['0.0.0.0', '::']);

/** What listens at one host is reached by asking for another: the same, or the first is a wildcard. */
export function reaches(listening: string, asked: string): boolean {
  return anyHost.has(listening) || listening === asked;
}

export function systemError(code: string, at: Endpoint): Error {
  return Object.assign(new Error(`${code} ${at.host}:${at.port}`), { code });
}
