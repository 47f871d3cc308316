/** Thrown when an op asks for what has no conversion; caught by the loop over the ops, which goes on. */
export class Refused extends Error {}
