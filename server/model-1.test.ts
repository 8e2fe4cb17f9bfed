import { testSequences } from './testing/model/sequences.ts';

testSequences('any sequence of calls does what it does to a naive file system in memory', 5_000);
