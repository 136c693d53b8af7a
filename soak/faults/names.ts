export const killNames = ['kill-service', 'kill-postgres', 'kill-both'] as const;

/** Everything that is done to the product, by the names of `--only`. */
export const faultNames = [
  ...killNames,
  'pause-service',
  'pause-postgres',
  'drop-replies',
  'cut-database',
  'drop-database-replies',
  'cut-listeners',
  'disorder-delivery',
  'fill-disk',
  'move-clock',
  'kill-rebuild',
] as const;

export type FaultName = (typeof faultNames)[number];
