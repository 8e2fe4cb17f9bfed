import type { ClientKind, Header, History, Operation } from './history.ts';
import { clientKinds, formatName, formatVersion, oldestVersion, operationId } from './history.ts';
import { FieldError, Fields } from './json-fields.ts';
import { lineCharactersMax } from './limits.ts';
import { parseCall, parseOutcome } from './parse-call.ts';
import { parseDisturbance, parseTakeover } from './parse-disturbance.ts';

export type ParsedHistory =
  | { readonly ok: true; readonly history: History }
  /** `line` counts from 1; `reason` says what is wrong with it. */
  | { readonly ok: false; readonly line: number; readonly reason: string };

/** Parses the text of a history. Empty lines are skipped; a wrong one refuses the whole history. */
export function parseHistory(text: string): ParsedHistory {
  const operations: Operation[] = [];
  const disturbances: History['disturbances'][number][] = [];
  const takeovers: History['takeovers'][number][] = [];
  const crashes: string[] = [];
  const seen = new Set<string>();
  let header: Header | undefined;
  let line = 0;
  try {
    for (const content of text.split('\n')) {
      line += 1;
      if (content.trim() === '') continue;
      const fields = new Fields(parseJson(content), 'the line');
      if (header === undefined) {
        header = parseHeader(fields);
      } else if (fields.has('event')) {
        disturbances.push(parseDisturbance(fields));
      } else if (fields.has('takeover')) {
        takeovers.push(parseTakeover(fields));
      } else if (fields.has('crash')) {
        crashes.push(fields.text('crash'));
      } else {
        operations.push(notSeen(parseOperation(fields), seen));
      }
    }
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    return { ok: false, line, reason: error.message };
  }
  if (header === undefined) return { ok: false, line: 1, reason: 'there is no history in it' };
  return { ok: true, history: { header, operations, disturbances, takeovers, crashes } };
}

function parseJson(content: string): unknown {
  if (content.length > lineCharactersMax) {
    throw new FieldError(`the line is longer than ${lineCharactersMax} characters`);
  }
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw new FieldError(`the line is not JSON (${(error as Error).message})`);
  }
}

function parseHeader(fields: Fields): Header {
  if (!fields.has('format') || fields.value('format') !== formatName) {
    throw new FieldError(
      `the first line is not the header of a history ("format": "${formatName}")`,
    );
  }
  const version = fields.count('version');
  if (version < oldestVersion || version > formatVersion) {
    throw new FieldError(
      `the history has format version ${version}; only ${oldestVersion} to ${formatVersion} are known`,
    );
  }
  const run = fields.text('run');
  if (!/^[0-9a-f]{8}$/.test(run)) throw new FieldError('run is not eight hexadecimal digits');
  return {
    run,
    seed: fields.count('seed'),
    registration: fields.flag('registration'),
    roots: fields.list('roots').map((value) => {
      const root = new Fields(value, 'a root');
      return { ino: root.count('ino'), path: root.text('path') };
    }),
    auditor: fields.count('auditor'),
    clients: fields.has('clients') ? fields.list('clients').map(parseClient) : [],
  };
}

function parseClient(value: unknown): ClientKind {
  const kind = clientKinds.find((each) => each === value);
  if (kind === undefined) throw new FieldError('a client of the header is of no known kind');
  return kind;
}

function parseOperation(fields: Fields): Operation {
  const call = parseCall(fields.fields('call'));
  const outcome = parseOutcome(fields.fields('outcome'), call.kind);
  const invoked = fields.count('invoked');
  const responded = fields.has('responded') ? fields.count('responded') : undefined;
  if ((responded === undefined) !== (outcome.status === 'unknown')) {
    throw new FieldError('a call has the time of its response exactly when its outcome is known');
  }
  if (responded !== undefined && responded < invoked) {
    throw new FieldError(`the response at ${responded} comes before the call at ${invoked}`);
  }
  return {
    client: fields.count('client'),
    number: fields.count('number'),
    call,
    invokedMicroseconds: invoked,
    respondedMicroseconds: responded,
    outcome,
  };
}

function notSeen(operation: Operation, seen: Set<string>): Operation {
  const id = operationId(operation);
  if (seen.has(id)) throw new FieldError(`operation ${id} comes a second time`);
  seen.add(id);
  return operation;
}
