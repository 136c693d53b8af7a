/** What soak can do to a process from within; the preload listens for it. */
export interface Levers {
  /** How far the process's clock is ahead of the real one, in milliseconds. */
  readonly clockShiftMilliseconds: number;
  /** Whether followers of the log get events again, in any order, before they get new ones. */
  readonly isDeliveryDisordered: boolean;
}
