import { instant, keyCreated, recorded } from '../../test/support/projection-events.js';
import { formatSecret } from '../domain/access/secret.js';
import { type AccessRequest, decideAccess, type VerdictCode } from '../domain/access/verdict.js';
import type { DomainEvent } from '../domain/recorded.js';
import { sha256 } from '../platform/random.js';
import { createAccessIndex } from './access-index.js';

/** The log of a team: at each second one thing happens, and verification sees it from then on. */

const secret = formatSecret('cks', new Uint8Array(32).fill(9));
const { secret: record } = keyCreated();
const created = keyCreated({ keyId: 'k1', secret: { ...record, digest: sha256(secret) } });
const paid = { serviceId: 's1', billingPolicy: 'pay_as_you_go', models: ['m1'], walletId: 'w1' } as const;
const debit = { keyId: 'k1', serviceId: 's1', model: 'm1', quantities: [], priceVersion: 1 };
const resource = { resourceId: 'r1', model: 'm1', resourceType: 'TPM' } as const;

const log: readonly (readonly [stream: string, event: DomainEvent])[] = [
  ['key-k1', created],
  [
    'service-s1',
    {
      type: 'ServiceRegistered',
      serviceId: 's1',
      name: 'Chat',
      free: false,
      currency: 'USD',
      billingPolicies: ['pay_as_you_go'],
      registeredAt: instant(1),
    },
  ],
  [
    'service-s1',
    { type: 'ServicePriced', priceVersion: 1, models: ['m1'], prices: [], pricedAt: instant(2) },
  ],
  [
    'wallet-w1',
    {
      type: 'WalletOpened',
      walletId: 'w1',
      teamId: 'team-1',
      name: 'Research',
      currency: 'USD',
      openedAt: instant(3),
    },
  ],
  ['key-k1', { type: 'ServiceEnabled', ...paid, enabledAt: instant(4) }],
  [
    'wallet-w1',
    {
      type: 'WalletToppedUp',
      amountMicros: 5,
      balanceMicros: 5,
      reference: 'Invoice 1',
      toppedUpAt: instant(5),
    },
  ],
  [
    'wallet-w1',
    {
      type: 'WalletDebited',
      usageId: 'call-1',
      ...debit,
      amountMicros: 9,
      shortfallMicros: 4,
      balanceMicros: 0,
      debitedAt: instant(6),
    },
  ],
  ['key-k1', { type: 'ServicePolicyChanged', ...paid, models: ['m2'], changedAt: instant(7) }],
  ['key-k1', { type: 'ResourceAssigned', ...resource, assignedAt: instant(8) }],
  [
    'resource-r1',
    {
      type: 'ResourceRegistered',
      ...resource,
      teamId: 'team-1',
      name: 'Own',
      registeredAt: instant(9),
    },
  ],
  ['service-s1', { type: 'ServiceRetired', retiredAt: instant(10) }],
  ['key-k1', { type: 'ServiceDisabled', serviceId: 's1', disabledAt: instant(11) }],
];

/** As of a second: what the log held by then, seen by the very functions that see it now. */
function verdictAt(second: number, request: AccessRequest): VerdictCode {
  const index = createAccessIndex();
  const revisions = new Map<string, number>();
  for (const [stream, event] of log.slice(0, second + 1)) {
    const revision = (revisions.get(stream) ?? 0) + 1;
    revisions.set(stream, revision);
    index.apply(recorded(stream, event, { revision }));
  }
  const found = index.find(secret);
  return decideAccess(found?.access, found?.secret, request, instant(second), index).code;
}

describe('the past of a verdict', () => {
  it.each<[AccessRequest, readonly VerdictCode[]]>([
    [
      { service: 's1', model: 'm1' },
      [
        ...Array.from({ length: 4 }, (): VerdictCode => 'SERVICE_NOT_ENABLED'),
        'INSUFFICIENT_FUNDS',
        'VALID',
        'INSUFFICIENT_FUNDS',
        'MODEL_NOT_ALLOWED',
        'RESOURCE_INACTIVE',
        'VALID',
        'SERVICE_NOT_ENABLED',
        'SERVICE_NOT_ENABLED',
      ],
    ],
    [
      { model: 'm1' },
      [
        ...Array.from({ length: 4 }, (): VerdictCode => 'RESOURCE_NOT_ASSIGNED'),
        'INSUFFICIENT_FUNDS',
        'VALID',
        'INSUFFICIENT_FUNDS',
        'RESOURCE_NOT_ASSIGNED',
        'RESOURCE_INACTIVE',
        'VALID',
        'VALID',
        'VALID',
      ],
    ],
  ])('for %j is what it was then, second by second', (request, expected) => {
    expect(log.map((_, second) => verdictAt(second, request))).toEqual(expected);
  });
});
