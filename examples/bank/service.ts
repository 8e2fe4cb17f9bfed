import type {
  Service,
  ServiceContext,
  Table,
  Transaction,
  VolumeServices,
} from '../../pa/index.ts';
import { BankStatus, dispatchBankProgramV1 } from './generated/bank.ts';

/** Balances by account name, in cents. */
const balances: Table<bigint> = {
  prefix: '\x02b',
  encode: (balance) => Buffer.from(String(balance)),
  decode: (bytes) => BigInt(Buffer.from(bytes).toString()),
};

const recordKey = (name: string): string => Buffer.from(name, 'utf8').toString('latin1');
const accountName = (key: string): string => Buffer.from(key, 'latin1').toString('utf8');

const balanceOf = (transaction: Transaction, name: string): bigint | undefined =>
  transaction.get(balances, recordKey(name));

const service: Service = {
  dispatch: dispatchBankProgramV1<ServiceContext>({
    bankNull: () => undefined,

    openAccount({ name, balance }, { transaction }) {
      if (balance < 0n) return BankStatus.BANK_BAD_AMOUNT;
      if (balanceOf(transaction, name) !== undefined) return BankStatus.BANK_ACCOUNT_EXISTS;
      transaction.put(balances, recordKey(name), balance);
      return BankStatus.BANK_OK;
    },

    transfer({ from, to, amount }, { transaction }) {
      const source = balanceOf(transaction, from);
      const target = balanceOf(transaction, to);
      if (source === undefined || target === undefined) return BankStatus.BANK_NO_SUCH_ACCOUNT;
      if (amount <= 0n || from === to) return BankStatus.BANK_BAD_AMOUNT;
      if (source < amount) return BankStatus.BANK_INSUFFICIENT_FUNDS;
      transaction.put(balances, recordKey(from), source - amount);
      transaction.put(balances, recordKey(to), target + amount);
      return BankStatus.BANK_OK;
    },

    balance(name, { transaction }) {
      const balance = balanceOf(transaction, name);
      if (balance === undefined) return { status: BankStatus.BANK_NO_SUCH_ACCOUNT };
      return { status: BankStatus.BANK_OK, balance };
    },

    accounts: (_, { transaction }) =>
      transaction
        .range(balances, { from: '', to: '\xff'.repeat(65), limit: 1_000 })
        .map(({ key, value }) => ({ name: accountName(key), balance: value })),
  }),
  reading: new Set(['bankNull', 'balance', 'accounts']),
};

export const bank: VolumeServices = { services: [service] };
