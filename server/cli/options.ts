import { Option } from 'commander';
import { portmapperPort as portmapperPortDefault } from '../../rpc/portmapper/registry.ts';
import {
  logLevels,
  parseAliases,
  parseMilliseconds,
  parsePort,
  parsePorts,
  parseSize,
} from './option-parsers.ts';

/** An option that may also be given in the environment: `--pair-port` as FUGA_PAIR_PORT. */
export function option(flags: string, description: string): Option {
  const made = new Option(flags, description);
  return made.env(`FUGA_${made.name().toUpperCase().replaceAll('-', '_')}`);
}

export function port(flags: string, description: string): Option {
  return option(flags, description).argParser(parsePort);
}

export function aliases(): Option {
  return option('--alias <name,...>', 'the volumes').argParser(parseAliases);
}

export function bindHost(): Option {
  return option(
    '--host <address>',
    'address to listen on; without a cluster secret only loopback',
  ).default('127.0.0.1');
}

export function servicePort(): Option {
  return option(
    '--nfs-port, --port <port,...>',
    'where clients connect: one for each alias, or the first one, the next aliases on the next ports; 0: any free ones',
  )
    .argParser(parsePorts)
    .default([0], '0');
}

export function mountPort(): Option {
  return option(
    '--mount-port <port,...>',
    'another port, for clients that are told one for MOUNT; everything is served on both (default: the same)',
  ).argParser(parsePorts);
}

export function runsPortmapper(): Option {
  return option('--portmapper', 'run a portmapper too, for clients that ask one for ports').default(
    false,
  );
}

export function portmapperPort(): Option {
  return port('--portmapper-port <port>', 'where the portmapper is').default(portmapperPortDefault);
}

export function secretFile(): Option {
  return option('--secret-file <file>', 'cluster secret, as `fuga secret` makes it');
}

export function silence(): Option {
  return option(
    '--silence-ms <ms>',
    'a primary that is silent for so long is taken over (default: 1000)',
  ).argParser(parseMilliseconds);
}

export function quota(): Option {
  return option(
    '--quota <size>',
    'most bytes that a volume may hold (default: the disk)',
  ).argParser(parseSize);
}

export function exportsFile(): Option {
  return option(
    '--exports <file>',
    'who may mount what, in lines as in exports(5); read again at SIGHUP (default: everybody everything)',
  );
}

export function exportLine(): Option {
  return option(
    '--export <line>',
    'one more such line, as "/home 10.0.0.0/8(rw)"; may be repeated',
  ).argParser((line, before: readonly string[] | undefined) => [...(before ?? []), line]);
}

/** Shows what other servers do; hidden, because nobody wants it. */
export function control(): Option {
  return new Option(
    '--no-registration',
    'remember replies in memory only, as other servers do (for comparison)',
  ).hideHelp();
}

/** How `fuga up` starts its servers; hidden, because nobody else can. */
export function supervised(): Option {
  return new Option(
    '--supervised',
    'the process that started this one holds the service ports, and passes connections on',
  )
    .default(false)
    .hideHelp();
}

export function logLevel(): Option {
  return option('--log-level <level>', 'least level that is logged')
    .choices(logLevels)
    .default('info');
}
