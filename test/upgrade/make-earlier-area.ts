/*
 * Writes down what a program leaves in its stable area when it is killed, for the test that a later one goes on with it:
 *
 *     npx tsx test/upgrade/make-earlier-area.ts <its bin/fuga> <a .json file of this folder>
 *
 * `version-2-area.json` is of the last program whose registered replies had format 2.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FugaProcess } from '../up/up-process.ts';
import { type EarlierArea, filesOf, gateway, ownClient } from './earlier-area.ts';
import { changeFiles, NumberedCaller } from './numbered-caller.ts';

const [program, output] = process.argv.slice(2);
if (program === undefined || output === undefined) {
  throw new Error('usage: make-earlier-area.ts <bin/fuga> <file>');
}

const data = mkdtempSync(join(tmpdir(), 'fuga-earlier-'));
const ports = ['--port', '0', '--pair-port', '0', '--admin-port', '0'];
const pam = new FugaProcess(['pam', '--port', '0'], join(data, 'pam'), program);
const { url } = JSON.parse(await pam.line('PAM listens on')) as { readonly url: string };
const where = ['--node', 'a', '--data', data, '--alias', 'home', '--pam', url];
const server = new FugaProcess(['server', ...where, ...ports], data, program);
try {
  const { port } = JSON.parse(await server.line('home: primary')) as { readonly port: number };
  const area = join(data, 'home');
  const claim = JSON.parse(readFileSync(join(area, 'claims/1'), 'utf8').split('\n')[0] ?? '') as {
    readonly areaId: string;
  };
  const areaUi = Buffer.from(claim.areaId, 'hex');
  const own = await NumberedCaller.connect(port, ownClient(areaUi));
  await own.hello();
  await changeFiles(own, 'own');
  const relaying = await NumberedCaller.connect(port, gateway(areaUi, 2));
  await relaying.hello();
  await changeFiles(relaying, 'relayed');
  server.signal('SIGKILL');
  await server.ended;
  const made: EarlierArea = {
    files: filesOf(area),
    areaUi: claim.areaId,
    own: own.answers,
    relayed: relaying.answers,
  };
  writeFileSync(output, `${JSON.stringify(made, undefined, 2)}\n`);
} finally {
  await server.dispose();
  await pam.dispose();
}
