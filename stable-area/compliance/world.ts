import type { StableArea } from '../stable-area.ts';

/** One area, as new, that several processes can open. */
export interface ComplianceWorld {
  /** The area as one more process sees it. */
  openArea(): Promise<StableArea>;
  /** Ends everything that was opened and removes the area. */
  close(): Promise<void>;
}

export type ComplianceWorldMaker = () => Promise<ComplianceWorld>;

/** One promise of the interface, as a sentence, and what proves it. */
export interface ComplianceCase {
  readonly name: string;
  readonly run: (world: ComplianceWorld) => Promise<void>;
}
