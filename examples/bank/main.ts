import { connectAlias, serveAlias } from '../../pa/index.ts';
import { BankProgramV1Client, BankStatus } from './generated/bank.ts';
import { bank } from './service.ts';

// A bank as a process pair. `main.js serve NODE` runs one of its processes; `main.js run SECONDS` opens accounts, moves
// money between them from several sides at once and counts it: kill servers meanwhile (kill -9), as often as you like.

const pams = [process.env.FUGA_PAM ?? 'http://127.0.0.1:7471'];
const data = process.env.FUGA_DATA ?? './bank-data';
const accounts = ['ann', 'bob', 'cy', 'dee'];
const opening = 1_000n;
const [, , command, argument] = process.argv;

async function run(seconds: number): Promise<void> {
  const alias = connectAlias({ alias: 'bank', pams });
  const client = new BankProgramV1Client(alias);
  const prefix = `${process.pid}-`;
  for (const name of accounts) {
    await client.openAccount({ name: prefix + name, balance: opening });
  }
  const expected = new Map(accounts.map((name) => [prefix + name, opening]));
  const endMs = Date.now() + seconds * 1_000;
  let transfers = 0;
  // Each teller moves money round in a circle and keeps a book of its own; the bank's must agree with all of them.
  const teller = async (first: number): Promise<void> => {
    for (let turn = first; Date.now() < endMs; turn += 1) {
      const from = prefix + (accounts[turn % accounts.length] ?? '');
      const to = prefix + (accounts[(turn + 1) % accounts.length] ?? '');
      const amount = BigInt(1 + (turn % 7));
      const status = await client.transfer({ from, to, amount });
      if (status !== BankStatus.BANK_OK) continue;
      expected.set(from, (expected.get(from) ?? 0n) - amount);
      expected.set(to, (expected.get(to) ?? 0n) + amount);
      transfers += 1;
    }
  };
  await Promise.all([0, 1, 2, 3].map(teller));
  const all = await client.accounts(undefined);
  const own = all.filter(({ name }) => name.startsWith(prefix));
  const total = own.reduce((sum, { balance }) => sum + balance, 0n);
  const isRight = own.every(({ name, balance }) => expected.get(name) === balance);
  console.log(
    `${transfers} transfers; ${total} of ${opening * BigInt(accounts.length)} in the bank`,
  );
  console.log(isRight ? 'every account has what it should have' : 'THE BOOKS DO NOT AGREE');
  process.exitCode = isRight ? 0 : 1;
  await alias.close();
}

if (command === 'serve') {
  await serveAlias({ node: argument ?? 'a', alias: 'bank', data, pams, services: bank });
} else if (command === 'run') {
  await run(Number(argument ?? '10'));
} else {
  console.error('usage: main.js serve NODE | run SECONDS');
  process.exitCode = 2;
}
