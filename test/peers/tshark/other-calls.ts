import {
  MountProgramV1Client,
  MountProgramV2Client,
  MountProgramV3Client,
} from '../../../protocol/generated/mount.ts';
import {
  PmapProgramV2Client,
  PmapProgramV3Client,
  PmapProgramV4Client,
} from '../../../protocol/generated/portmap.ts';
import type { RpcCaller } from '../../../xdr/program.ts';

/** Every procedure of MOUNT; resolves with the handle of what was mounted. */
export async function callMount(caller: RpcCaller, path: string): Promise<Buffer> {
  const [v1, v2] = [new MountProgramV1Client(caller), new MountProgramV2Client(caller)];
  const v3 = new MountProgramV3Client(caller);
  const mounted = await v1.mountprocMnt(path);
  const { directory } = { directory: undefined, ...mounted };
  if (directory === undefined) throw new Error(`mount: ${mounted.status}`);
  for (const client of [v1, v2]) {
    await client.mountprocNull();
    await client.mountprocMnt(path);
    await client.mountprocMnt('/elsewhere');
    await client.mountprocDump();
    await client.mountprocExport();
    await client.mountprocUmnt(path);
    await client.mountprocUmntall();
  }
  await v2.mountprocPathconf(path);
  await v3.mountproc3Null();
  await v3.mountproc3Mnt(path);
  await v3.mountproc3Mnt('/elsewhere');
  await v3.mountproc3Dump();
  await v3.mountproc3Export();
  await v3.mountproc3Umnt(path);
  await v3.mountproc3Umntall();
  return directory;
}

/** Every procedure of the portmapper and of rpcbind. */
export async function callPortmapper(caller: RpcCaller): Promise<void> {
  const mapping = { prog: 0x2000_0001, vers: 1, prot: 6, port: 999 };
  const remote = { prog: 100_003, vers: 3, proc: 0, args: Buffer.alloc(0) };
  const v2 = new PmapProgramV2Client(caller);
  await v2.pmapprocNull();
  await v2.pmapprocSet(mapping);
  await v2.pmapprocGetport(mapping);
  await v2.pmapprocDump();
  await v2.pmapprocUnset(mapping);
  await refused(v2.pmapprocCallit(remote));
  const [v3, v4] = [new PmapProgramV3Client(caller), new PmapProgramV4Client(caller)];
  const row = { rProg: 0x2000_0002, rVers: 1, rNetid: 'tcp', rAddr: '127.0.0.1.3.231' };
  const rpcb = { ...row, rOwner: 'superuser' };
  for (const client of [v3, v4]) {
    await client.rpcbprocNull();
    await client.rpcbprocSet(rpcb);
    await client.rpcbprocGetaddr(rpcb);
    await client.rpcbprocDump();
    await client.rpcbprocGettime();
    await refused(client.rpcbprocUaddr2taddr(rpcb.rAddr));
    await refused(client.rpcbprocTaddr2uaddr({ maxlen: 16, buf: Buffer.alloc(16) }));
  }
  await refused(v3.rpcbprocCallit(remote));
  await refused(v4.rpcbprocBcast(remote));
  await refused(v4.rpcbprocIndirect(remote));
  await v4.rpcbprocGetversaddr(rpcb);
  await v4.rpcbprocGetaddrlist(rpcb);
  await refused(v4.rpcbprocGetstat());
  await v4.rpcbprocUnset(rpcb);
  await v3.rpcbprocUnset(rpcb);
}

/** What makes calls in others' names, and what nobody asks for, is not served. */
async function refused(call: Promise<unknown>): Promise<void> {
  const outcome = await call.then(
    () => 'done',
    (error: unknown) => (error as { code?: unknown }).code,
  );
  if (outcome !== 'RPC_PROCUNAVAIL') throw new Error(`not refused but ${String(outcome)}`);
}
