import type { ResourceRef } from './events.js';

/** Whether a model stands among resources under two types: a call could not tell which one to bill. */
export function conflictIn(resources: readonly ResourceRef[]): boolean {
  const types = new Map<string, string>();
  return resources.some(({ model, resourceType }) => {
    const other = types.get(model);
    types.set(model, resourceType);
    return other !== undefined && other !== resourceType;
  });
}
