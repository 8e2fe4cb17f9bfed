/** What `<>` without a number means (RFC 4506 §4.10): lengths are unsigned 32-bit words. */
export const lengthMax = 0xffff_ffff;

/**
 * Opaque data of this size and more are not copied into the writer's chunks; the list that `finish()` gives refers to
 * the caller's buffer. Below it, copying is cheaper than one more buffer in a gathered write.
 */
export const referencedOpaqueBytesMin = 1024;

/** How deep values of a recursive type that is not a list (a tree) may nest. Each level costs a few stack frames. */
export const nestingDepthMax = 256;

/**
 * Elements that take no bytes at all (`opaque x[0]`) cannot be checked against the bytes that remain, so that four
 * bytes could ask for four thousand million of them. This many are let through by one reader.
 */
export const emptyElementsMax = 65_536;
