import { accountRows } from './accounts.js';
import { belongingRows } from './belongings.js';
import { billingRows } from './billing.js';
import { keyRows } from './keys.js';
import { lookRows } from './looks.js';
import type { Rows } from './row.js';
import { teamRows } from './teams.js';
import { tokenRows } from './tokens.js';

/** Every operation of the API, by method and path; test/e2e/operations.spec.ts fails for one that is not here. */
export const operations: Rows = {
  ...accountRows,
  ...keyRows,
  ...tokenRows,
  ...belongingRows,
  ...billingRows,
  ...teamRows,
  ...lookRows,
};
