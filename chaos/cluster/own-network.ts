import type { Cut, LinkControl } from './cluster.ts';
import type { Place } from './place.ts';
import { runTool } from './run-tool.ts';

/** For benchmarks of networks (RFC 2544 §C.2.2): nobody's real network, and here nobody else sees it anyway. */
const addressOf = (index: number): string => `198.18.0.${index + 1}`;
const prefixBits = 24;
const bridge = 'fuga';
const servicePort = 2049;
const pamPort = 7_460;

export interface OwnNetwork {
  readonly pams: readonly Place[];
  readonly servers: readonly Place[];
  readonly links: LinkControl;
}

/**
 * A network for each server, joined by a bridge to this process's own, where clients and PAMs live. For isolated
 * processes: it ends with them.
 */
export async function makeOwnNetwork(
  pamNames: readonly string[],
  nodes: readonly string[],
): Promise<OwnNetwork> {
  // Networks get their names there; it is hidden from others.
  await runTool('mount', '-t', 'tmpfs', 'fuga-chaos', '/run');
  await runTool('ip', 'link', 'set', 'lo', 'up');
  await runTool('ip', 'link', 'add', bridge, 'type', 'bridge');
  await runTool('ip', 'address', 'add', `${addressOf(0)}/${prefixBits}`, 'dev', bridge);
  await runTool('ip', 'link', 'set', bridge, 'up');
  const servers = nodes.map((node, index) => ({
    node,
    host: addressOf(index + 1),
    port: servicePort,
    before: ['ip', 'netns', 'exec', node],
  }));
  for (const server of servers) await addNetwork(server);
  const pams = pamNames.map((node, index) => ({
    node,
    host: addressOf(0),
    port: pamPort + index,
    before: [],
  }));
  return { pams, servers, links: linksOf(pams, servers) };
}

async function addNetwork({ node, host }: Place): Promise<void> {
  const link = `link-${node}`;
  await runTool('ip', 'netns', 'add', node);
  await runTool('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', node);
  await runTool('ip', 'link', 'set', link, 'master', bridge, 'up');
  await runTool('ip', '-n', node, 'address', 'add', `${host}/${prefixBits}`, 'dev', 'eth0');
  await runTool('ip', '-n', node, 'link', 'set', 'eth0', 'up');
  await runTool('ip', '-n', node, 'link', 'set', 'lo', 'up');
}

function linksOf(pams: readonly Place[], servers: readonly Place[]): LinkControl {
  const inside = (server: Place, ...words: readonly string[]): Promise<void> =>
    runTool(...server.before, 'iptables', '--wait', ...words);
  return {
    async cut(node, cut) {
      const server = servers.find((one) => one.node === node);
      if (server === undefined) throw new Error(`no network of ${node}`);
      const peers = servers.filter((one) => one !== server);
      for (const rule of rulesOf(cut, server, peers, pams)) {
        await inside(server, '--append', ...rule, '--jump', 'DROP');
      }
    },
    async mend() {
      for (const server of servers) await inside(server, '--flush');
    },
  };
}

/** What is dropped without a word, as a broken switch does it; never refused, which would tell that nobody is there. */
function rulesOf(
  cut: Cut,
  { port }: Place,
  peers: readonly Place[],
  pams: readonly Place[],
): string[][] {
  const inwards = ['INPUT', '--in-interface', 'eth0'];
  const outwards = ['OUTPUT', '--out-interface', 'eth0'];
  const tcp = ['--protocol', 'tcp'];
  switch (cut) {
    case 'from-everybody':
      return [inwards, outwards];
    case 'from-everybody-inwards':
      return [inwards];
    case 'from-everybody-outwards':
      return [outwards];
    case 'from-its-peer':
      return peers.flatMap(({ host }) => [
        [...inwards, '--source', host],
        [...outwards, '--destination', host],
      ]);
    case 'from-the-pams':
      return pams.flatMap((pam) => [
        [...inwards, '--source', pam.host, ...tcp, '--sport', `${pam.port}`],
        [...outwards, '--destination', pam.host, ...tcp, '--dport', `${pam.port}`],
      ]);
    case 'from-its-clients':
      return [
        [...inwards, ...tcp, '--dport', `${port}`],
        [...outwards, ...tcp, '--sport', `${port}`],
      ];
  }
}
