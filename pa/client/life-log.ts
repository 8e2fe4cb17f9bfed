/**
 * What a client keeps of its lives beyond its process. The next process that has the same UI names the last life when it
 * says hello, and the server ends what that one left behind (extermination): so only one process may have it at a time.
 */
export interface LifeLog {
  /** The incarnation that the client had last at this area; 0 where there was none. */
  previous(areaUi: string): number;
  /** Resolves when it is durable that this life has begun: nothing is called in it before. Rejects where it cannot be. */
  began(areaUi: string, incarnation: number): Promise<void>;
}
