import { testSequences } from './testing/model/sequences.ts';

testSequences('and so do others, with takeovers in between', 5_000);
