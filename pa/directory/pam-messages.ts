import { isAliasName, isPort, type Port, type PortMember } from './port.ts';
import type { Statement } from './port-view.ts';

/** One alias as a PAM tells it. */
export interface AliasStatement {
  readonly name: string;
  readonly statement: Statement;
}

type Fields = Readonly<Record<string, unknown>>;

/** Undefined for what is not JSON. Never throws. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An alias entry: `{name, areaUi, port}`. Undefined for anything else: a PAM is believed no more than any peer. */
export function parseEntry(json: unknown): AliasStatement | undefined {
  if (!isFields(json) || typeof json.name !== 'string' || !isAliasName(json.name)) return undefined;
  const { name } = json;
  if (json.port === null) return { name, statement: { kind: 'no-port' } };
  const port = parsePort(json.port);
  return port && { name, statement: { kind: 'port', port } };
}

/** The entries in `{aliases: [...]}`; undefined for anything else, or if one of them is none. */
export function parseEntries(json: unknown): AliasStatement[] | undefined {
  if (!isFields(json) || !Array.isArray(json.aliases)) return undefined;
  const entries = json.aliases.map(parseEntry);
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

/** What one server-sent event says of `alias`; undefined where it says nothing of it. */
export function parseEvent(alias: string, name: string, data: string): Statement | undefined {
  const json = parseJson(data);
  switch (name) {
    case 'snapshot': {
      const entries = parseEntries(json);
      const entry = entries?.find((found) => found.name === alias);
      return entries && (entry?.statement ?? { kind: 'unknown-alias' });
    }
    case 'alias': {
      const entry = parseEntry(json);
      return entry?.name === alias ? entry.statement : undefined;
    }
    case 'deleted':
      return isFields(json) && json.name === alias ? { kind: 'unknown-alias' } : undefined;
    default:
      return undefined;
  }
}

/** What an error says, where the answer is one. `upMs`: how long that PAM has been up; an answer without it is old enough. */
export function parseError(json: unknown): {
  readonly code: string;
  readonly message: string;
  readonly upMs: number;
} {
  const { code, message, upMs } = isFields(json) ? json : ({} as Fields);
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message : 'the answer is not one of a PAM',
    upMs: typeof upMs === 'number' ? upMs : Number.POSITIVE_INFINITY,
  };
}

function parsePort(json: unknown): Port | undefined {
  if (!isFields(json)) return undefined;
  const { host, port, transport, epoch, node, areaUi, members } = json;
  if (typeof host !== 'string' || typeof port !== 'number' || transport !== 'tcp') return undefined;
  if (typeof epoch !== 'number' || typeof node !== 'string' || typeof areaUi !== 'string') {
    return undefined;
  }
  const known = Array.isArray(members) ? members.filter(isMember) : undefined;
  const parsed: Port = {
    host,
    port,
    transport,
    epoch,
    node,
    areaUi,
    ...(known && { members: known }),
  };
  return isPort(parsed) ? parsed : undefined;
}

function isMember(json: unknown): json is PortMember {
  return (
    isFields(json) &&
    typeof json.node === 'string' &&
    typeof json.address === 'string' &&
    (json.role === 'primary' || json.role === 'backup')
  );
}

function isFields(json: unknown): json is Fields {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
