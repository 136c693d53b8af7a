/** The time, as an argument: code that needs it is given a clock, and tests give theirs. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
