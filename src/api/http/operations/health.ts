/** Injection token of `Health`. */
export const HEALTH = Symbol('health');

/** One thing that must be well for the service to be ready. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** For the person who looks: what it is, and how far. Never personal data. */
  readonly detail: string;
}

export interface Health {
  /** Set-up is over: log, read models and verification have been at the head once. */
  isStarted(): boolean;
  /** Everything a load balancer must know before it sends requests here; empty of faults when ready. */
  checks(): readonly Check[];
}
