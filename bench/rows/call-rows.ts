import { NfsProgramV3 } from '../../protocol/generated/nfs3.ts';
import { type CallTemplate, callTemplate, nullCall } from '../load/call-template.ts';
import { connectionsFor, type LoadSession, sampleOf } from '../load/load-session.ts';
import type { Sample } from '../load/sample.ts';
import { outstandingAxis, type RowGroup } from './row.ts';

const { nfsproc3Getattr, nfsproc3Lookup } = NfsProgramV3.procedures;

/** Calls that change nothing and carry next to nothing. */
export const callRows: RowGroup = {
  name: 'calls',
  title: 'Calls that change nothing',
  rows: [
    { name: 'null', title: 'null', unit: '/s' },
    { name: 'getattr', title: 'GETATTR', unit: '/s' },
    { name: 'lookup', title: 'LOOKUP', unit: '/s' },
  ],
  axis: outstandingAxis,
  async run(session, outstanding, durationMs) {
    const { root, create } = await session.client();
    const name = await session.prepared('name', () => Promise.resolve(session.newName()));
    const file = await session.prepared('calls', () => create(root, name));
    const getattr = callTemplate(nfsproc3Getattr, { object: { data: file } });
    const lookup = callTemplate(nfsproc3Lookup, { what: { dir: { data: root }, name } });
    return {
      null: await repeated(session, outstanding, durationMs, nullCall),
      getattr: await repeated(session, outstanding, durationMs, getattr),
      lookup: await repeated(session, outstanding, durationMs, lookup),
    };
  },
  async limit({ echo }, outstanding, durationMs) {
    const sample = await repeated(await echo(), outstanding, durationMs, nullCall);
    return { null: sample, getattr: sample, lookup: sample };
  },
  limitTitle: 'the load generator and a process that answers at once',
};

async function repeated(
  session: LoadSession,
  outstanding: number,
  durationMs: number,
  template: CallTemplate,
): Promise<Sample> {
  const connections = connectionsFor(outstanding);
  const next = (): CallTemplate => template;
  return sampleOf(await session.measure({ connections, outstanding, durationMs, next }));
}
