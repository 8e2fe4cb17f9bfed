import type { PortDirectory } from '../../directory/port-directory.ts';
import type { TestCluster } from '../../server/testing/test-node.ts';

/** A PAM that knows what the cluster registered, and tells it after some milliseconds. */
export function directoryOf(cluster: TestCluster): PortDirectory {
  return {
    description: 'test',
    async lookup() {
      const port = cluster.ports.at(-1);
      return port === undefined ? { kind: 'unknown-alias' } : { kind: 'found', port };
    },
    subscribe(_alias, onPort) {
      let epoch = 0;
      const tick = () => {
        const port = cluster.ports.at(-1);
        if (port !== undefined && port.epoch > epoch) {
          epoch = port.epoch;
          onPort(port);
        }
        timer = cluster.time.timers.after(5, tick);
      };
      let timer = cluster.time.timers.after(5, tick);
      return { close: () => timer.cancel() };
    },
    register: () => Promise.resolve([]),
    close: () => undefined,
  };
}
