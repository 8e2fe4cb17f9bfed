import {
  callAlias,
  continuation,
  type Service,
  type ServiceContext,
  type Table,
  type VolumeServices,
} from '../../pa/index.ts';
import { AuditProgramV1 } from './generated/audit.ts';
import {
  dispatchDocumentsProgramV1,
  DocumentsProgramV1,
  PutStatus,
} from './generated/documents.ts';

interface StoredDocument {
  readonly content: string;
  /** Of the entry in the log that says so. */
  readonly position: bigint;
}

const documents: Table<StoredDocument> = {
  prefix: '\x02d',
  encode: ({ content, position }) => Buffer.from(`${position} ${content}`, 'utf8'),
  decode(bytes) {
    const text = Buffer.from(bytes).toString('utf8');
    const at = text.indexOf(' ');
    return { position: BigInt(text.slice(0, at)), content: text.slice(at + 1) };
  },
};

const recordKey = (name: string): string => Buffer.from(name, 'utf8').toString('latin1');

/** The second transaction of PUT. The log decides which of two changes is the later one. */
const logged = continuation({
  name: 'logged',
  of: DocumentsProgramV1.procedures.put,
  after: AuditProgramV1.procedures.append,
  handle({ name, content }, outcome, { transaction }) {
    switch (outcome.kind) {
      case 'replied': {
        const position = outcome.result;
        const stored = transaction.get(documents, recordKey(name));
        if (stored === undefined || stored.position < position) {
          transaction.put(documents, recordKey(name), { content, position });
        }
        return { status: PutStatus.PUT_DONE, position };
      }
      case 'refused':
      case 'not-executed':
        return { status: PutStatus.PUT_NOT_LOGGED };
      case 'unknown':
        return { status: PutStatus.PUT_LOG_UNKNOWN };
    }
  },
});

const service: Service = {
  dispatch: dispatchDocumentsProgramV1<ServiceContext>({
    documentsNull: () => undefined,

    put: ({ name, content }) =>
      callAlias({
        alias: 'audit',
        version: AuditProgramV1,
        procedure: AuditProgramV1.procedures.append,
        args: `${name} ${content}`,
        then: logged,
      }),

    get: (name, { transaction }) => transaction.get(documents, recordKey(name))?.content ?? '',
  }),
  reading: new Set(['documentsNull', 'get']),
  continuations: [logged],
};

export const documentFiles: VolumeServices = { services: [service] };
