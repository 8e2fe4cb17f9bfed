import { NFS_MAXDATA } from '../../protocol/generated/nfs2.ts';

/** Inode numbers, cookies, offsets and sizes are 32 bits wide in version 2. */
export const wordMax = 0xffff_ffff;

/** What `blocks` of an fattr counts in, as stat(2) does. */
export const attributeBlockBytes = 512;
/** What STATFS counts in; a larger power of two where the volume has more blocks than the field can say. */
export const statfsBlockBytesMin = 4096;
/** Clients take the number of blocks as signed. */
export const statfsBlocksMax = 0x7fff_ffff;

/** Most bytes of a READDIR's reply, whatever `count` asks for: as much as a READ gives. */
export const readdirBytesMax = NFS_MAXDATA;
/** A READDIR's status, the end of its list and its eof flag. */
export const readdirFixedBytes = 12;
/** Of an entry: that there is one, fileid, length of the name, cookie. */
export const readdirEntryFixedBytes = 16;
