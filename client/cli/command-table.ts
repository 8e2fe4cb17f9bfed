import type { CommandDefinition } from './command-definition.ts';

/** A command as the overview shows it, and where the rest of it is. */
export interface CommandRow {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandDefinition>;
}

export interface CommandGroup {
  readonly title: string;
  readonly rows: readonly CommandRow[];
}

/** All commands of the client. To add one, add its file and its row. */
export const commandGroups: readonly CommandGroup[] = [
  {
    title: 'Look at files:',
    rows: [
      {
        name: 'ls',
        summary: 'list directories',
        load: async () => (await import('./commands/ls.ts')).ls,
      },
      {
        name: 'tree',
        summary: 'show a directory as a tree',
        load: async () => (await import('./commands/tree.ts')).tree,
      },
      {
        name: 'find',
        summary: 'find files by name and type',
        load: async () => (await import('./commands/find.ts')).find,
      },
      {
        name: 'stat',
        summary: 'show everything about a file',
        load: async () => (await import('./commands/stat.ts')).stat,
      },
      {
        name: 'cat',
        summary: 'print files',
        load: async () => (await import('./commands/cat.ts')).cat,
      },
      {
        name: 'du',
        summary: 'show what directories take',
        load: async () => (await import('./commands/du.ts')).du,
      },
      {
        name: 'df',
        summary: 'show what is free',
        load: async () => (await import('./commands/df.ts')).df,
      },
    ],
  },
  {
    title: 'Copy files to and from Fuga:',
    rows: [
      {
        name: 'put',
        summary: 'copy local files to Fuga',
        load: async () => (await import('./commands/put.ts')).put,
      },
      {
        name: 'get',
        summary: 'copy files from Fuga to this machine',
        load: async () => (await import('./commands/get.ts')).get,
      },
      {
        name: 'cp',
        summary: 'copy files, local or not, as scp does',
        load: async () => (await import('./commands/cp.ts')).cp,
      },
    ],
  },
  {
    title: 'Change files:',
    rows: [
      {
        name: 'mv',
        summary: 'move and rename files',
        load: async () => (await import('./commands/mv.ts')).mv,
      },
      {
        name: 'rm',
        summary: 'remove files and directories',
        load: async () => (await import('./commands/rm.ts')).rm,
      },
      {
        name: 'mkdir',
        summary: 'make directories',
        load: async () => (await import('./commands/mkdir.ts')).mkdir,
      },
      {
        name: 'rmdir',
        summary: 'remove empty directories',
        load: async () => (await import('./commands/rmdir.ts')).rmdir,
      },
      {
        name: 'ln',
        summary: 'make links',
        load: async () => (await import('./commands/ln.ts')).ln,
      },
      {
        name: 'chmod',
        summary: 'change permissions',
        load: async () => (await import('./commands/chmod.ts')).chmod,
      },
      {
        name: 'chown',
        summary: 'change owner and group',
        load: async () => (await import('./commands/chown.ts')).chown,
      },
      {
        name: 'touch',
        summary: 'make empty files, set times',
        load: async () => (await import('./commands/touch.ts')).touch,
      },
      {
        name: 'truncate',
        summary: 'set the size of files',
        load: async () => (await import('./commands/truncate.ts')).truncate,
      },
    ],
  },
  {
    title: 'Look after a cluster:',
    rows: [
      {
        name: 'status',
        summary: 'show aliases, where they are served, and by whom',
        load: async () => (await import('./commands/status.ts')).status,
      },
      {
        name: 'alias',
        summary: 'list, create, delete and reset aliases',
        load: async () => (await import('./commands/alias.ts')).alias,
      },
      {
        name: 'gateway',
        summary: 'let stock NFS clients mount an alias through this machine',
        load: async () => (await import('./commands/gateway.ts')).gateway,
      },
    ],
  },
];

export function findCommand(name: string): CommandRow | undefined {
  return commandGroups.flatMap((group) => group.rows).find((row) => row.name === name);
}
