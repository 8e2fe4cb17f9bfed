import type { Attributes, Call, CallKind, Outcome, Result } from './call.ts';
import { nodeTypes, resultFields } from './call.ts';
import { FieldError, Fields, isCount } from './json-fields.ts';

const kinds = Object.keys(resultFields) as CallKind[];

/** The value of `call` in a line. Throws FieldError. */
export function parseCall(fields: Fields): Call {
  const kind = fields.oneOf('kind', kinds);
  switch (kind) {
    case 'lookup':
    case 'create':
    case 'mkdir':
    case 'remove':
    case 'rmdir':
      return { kind, directory: fields.count('directory'), name: fields.text('name') };
    case 'symlink':
      return {
        kind,
        directory: fields.count('directory'),
        name: fields.text('name'),
        target: fields.text('target'),
      };
    case 'rename':
      return {
        kind,
        directory: fields.count('directory'),
        name: fields.text('name'),
        toDirectory: fields.count('toDirectory'),
        toName: fields.text('toName'),
      };
    case 'link':
      return {
        kind,
        file: fields.count('file'),
        directory: fields.count('directory'),
        name: fields.text('name'),
      };
    case 'write':
    case 'read':
      return {
        kind,
        file: fields.count('file'),
        block: fields.count('block'),
        blocks: fields.count('blocks'),
      };
    case 'truncate':
      return { kind, file: fields.count('file'), blocks: fields.count('blocks') };
    case 'getattr':
    case 'readlink':
      return { kind, file: fields.count('file') };
    case 'readdir':
      return { kind, directory: fields.count('directory') };
  }
}

/** The value of `outcome` in a line. Throws FieldError. */
export function parseOutcome(fields: Fields, kind: CallKind): Outcome {
  const status = fields.oneOf('status', ['ok', 'error', 'unknown']);
  switch (status) {
    case 'ok':
      return { status, result: parseResult(fields.fields('result'), kind) };
    case 'error':
      return { status, code: fields.text('code') };
    case 'unknown':
      return { status };
  }
}

function parseResult(fields: Fields, kind: CallKind): Result {
  const wanted = resultFields[kind];
  return {
    ...(wanted.includes('attributes')
      ? { attributes: parseAttributes(fields.fields('attributes')) }
      : {}),
    ...(wanted.includes('blocks') ? { blocks: parseStamps(fields.list('blocks')) } : {}),
    ...(wanted.includes('entries') ? { entries: parseEntries(fields.list('entries')) } : {}),
    ...(wanted.includes('target') ? { target: fields.text('target') } : {}),
  };
}

function parseAttributes(fields: Fields): Attributes {
  return {
    ino: fields.count('ino'),
    type: fields.oneOf('type', nodeTypes),
    links: fields.count('links'),
    sizeBytes: fields.count('sizeBytes'),
  };
}

function parseStamps(values: readonly unknown[]): string[] {
  return values.map((value) => {
    if (typeof value !== 'string') throw new FieldError('a block of the result is not a string');
    return value;
  });
}

function parseEntries(values: readonly unknown[]): [string, number][] {
  return values.map((value) => {
    const [name, ino] = Array.isArray(value) ? (value as unknown[]) : [];
    if (typeof name !== 'string' || !isCount(ino)) {
      throw new FieldError('an entry of the result is not a name and an inode number');
    }
    return [name, ino];
  });
}
