/** A backup asks "are you alive" this often. */
export const ayaIntervalMs = 100;

/** Silence after which a primary counts as hung, unless the operator says otherwise. */
export const silenceDefaultMs = 1_000;

/**
 * A holder younger than this is not accused of silence: two processes that are both too slow would otherwise take the
 * volume from each other for ever. A dead process is replaced at once all the same.
 */
export const holdMinimumMs = 3_000;

/** A backup that did not run for this long does not know whether the other was silent or itself deaf. */
export const deafMs = 300;

/** A claim whose directory is not visible after this time is overtaken, with more patience each time it happens. */
export const claimPatienceMs = 5_000;

/**
 * A successor on the same machine has the same service port, as a rule: how long it waits for its predecessor to leave it, and
 * how often it looks.
 */
export const portPatienceMs = 5_000;
export const portLookMs = 10;

/** A primary that is to end hands over to a backup that begins to ask within this time ... */
export const newBackupMs = 2 * ayaIntervalMs;

/** ... and tries again for so long with one that is known and does not take over. */
export const closePatienceMs = 1_000;

/** A switchover is given up when the backup has not claimed after this time. */
export const switchoverPatienceMs = 1_500;

/** Calls wait no longer than this for a backup that said it would claim now. */
export const switchoverHoldMs = 250;

/** How often a primary that asked to be replaced looks whether it is. */
export const switchoverLookMs = 2;

/** How often a backup looks whether somebody else claimed. */
export const claimLookIntervalMs = 250;

/** How often a backup looks whether the holder's process is dying, where the system tells: some 20 µs each time. */
export const deathLookIntervalMs = 10;

/** A connection attempt that is neither accepted nor refused is given up and made again. */
export const connectPatienceMs = 500;

/** So long after it has begun to stand by a backup rehearses its takeover. */
export const rehearsalDelayMs = 100;

/** Before a switchover the backup may finish its rehearsal within this time. */
export const rehearsalPatienceMs = 6_000;

/** How much longer the answer to an order may take. */
export const orderPatienceMs = 1_000;

/** After a claim that failed, or was lost to another, wait this long, and up to twice as long by chance. */
export const claimAgainMs = 250;

/** A primary tells PAM that it is still there, and looks whether it still is the holder. */
export const heartbeatIntervalMs = 1_000;

/** At the end of a primary: how long calls that were admitted may take to be answered. */
export const drainPatienceMs = 2_000;
