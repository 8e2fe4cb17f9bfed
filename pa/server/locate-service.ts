import { type PaAliasName, type PaLocateResult, PaProgramV1 } from '../../protocol/generated/pa.ts';
import type { DispatchTable } from '../../xdr/program.ts';
import type { Service, ServiceContext } from './service.ts';

const { procedures } = PaProgramV1;

/** What PA's own program answers without a PA header; with one, all of it is PA's (pa-program.ts). */
const dispatch: DispatchTable<ServiceContext> = {
  version: PaProgramV1,
  rows: new Map([
    [procedures.paNull.number, { procedure: procedures.paNull, handle: () => undefined }],
    [procedures.paLocate.number, { procedure: procedures.paLocate, handle: locate }],
  ]),
};

/** Answered from state, so confirmed like every read: a fenced process does not say that the alias is here. */
function locate(name: PaAliasName, { volume }: ServiceContext): PaLocateResult {
  if (name !== volume.alias) return { location: undefined };
  return { location: { alias: Buffer.from(volume.areaId), epoch: BigInt(volume.epoch) } };
}

/** Tells clients that know this address, and no PAM, which alias is served here. */
export const locateService: Service = {
  dispatch,
  reading: new Set(['paNull', 'paLocate']),
};
