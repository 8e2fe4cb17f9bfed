import type { Token } from './lexer.ts';

/** Object-like macros: name -> what it stands for. */
export type Macros = ReadonlyMap<string, readonly Token[]>;

/** Replaces macros by their bodies. A body's tokens get the place of the use, which is where a mistake shows. */
export function expandMacros(tokens: readonly Token[], macros: Macros): Token[] {
  if (macros.size === 0) return [...tokens];
  return tokens.flatMap((token) => expand(token, macros));
}

function expand(token: Token, macros: Macros): Token[] {
  const body = token.kind === 'identifier' ? macros.get(token.text) : undefined;
  if (body === undefined || token.hidden?.has(token.text) === true) return [token];
  const hidden = new Set([...(token.hidden ?? []), token.text]);
  return body.flatMap((part) => expand({ ...part, place: token.place, hidden }, macros));
}
