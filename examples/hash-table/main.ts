import { connectAlias, serveAlias, startPam } from '../../pa/index.ts';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { HashtableProgV1Client } from './generated/hashtable.ts';
import { hashTable } from './service.ts';

// The hash table as a process pair. In four terminals:
//   main.js pam        main.js serve a        main.js serve b        main.js put one 1; main.js get one; main.js keys
// Kill whichever server answers (kill -9): put, get and keys go on.

const pamPort = 7471;
const pams = [process.env.FUGA_PAM ?? `http://127.0.0.1:${pamPort}`];
const data = process.env.FUGA_DATA ?? './hash-table-data';
const [, , command = 'help', ...args] = process.argv;

async function call(what: (table: HashtableProgV1Client) => Promise<unknown>): Promise<void> {
  const alias = connectAlias({ alias: 'hashtable', pams });
  console.log(await what(new HashtableProgV1Client(alias)));
  await alias.close();
}

switch (command) {
  case 'pam': {
    const pam = await startPam({
      environment: nodeEnvironment(),
      host: '127.0.0.1',
      port: pamPort,
    });
    console.log(`PAM on ${pam.url}`);
    break;
  }
  case 'serve': {
    const [node = 'a'] = args;
    const observe = (event: { readonly kind: string }): void => {
      if (event.kind === 'primary' || event.kind === 'backup') {
        console.log(`${node} is ${event.kind}`);
      }
    };
    await serveAlias({ node, alias: 'hashtable', data, pams, services: hashTable, observe });
    break;
  }
  case 'put': {
    const [key = '', value = '0'] = args;
    await call((table) => table.put({ key, value: Number(value) }));
    break;
  }
  case 'get': {
    const [key = ''] = args;
    await call((table) => table.getvalue(key));
    break;
  }
  case 'keys':
    await call((table) => table.getkeys(undefined));
    break;
  default:
    console.error('usage: main.js pam | serve NODE | put KEY VALUE | get KEY | keys');
    process.exitCode = 2;
}
