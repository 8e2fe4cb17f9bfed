/** The numbers for flags and modes that Node uses on this machine: `O_CREAT`, `W_OK`, `COPYFILE_EXCL` and so on. */
export { constants } from 'node:fs';
