import { ApiProperty } from '@nestjs/swagger';
import type {
  AssignedUser,
  KeyView,
  ShownProfile,
  ShownResource,
  ShownService,
} from '../../../application/key/key-view.js';
import { scopes } from '../../../domain/access/permissions.js';
import {
  type KeyType,
  keyTypes,
  type ResourceType,
  type RevocationReason,
  resourceTypes,
  revocationReasons,
  type Scope,
} from '../../../domain/key/events.js';
import { type KeyStatus, keyStatuses } from '../../../domain/key/status.js';
import { type ResourceStatus, resourceStatuses } from '../../../domain/resource/state.js';
import { type BillingPolicy, billingPolicies } from '../../../domain/service/events.js';

class AssignedUserAnswer implements AssignedUser {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly name!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'For owners, admins and auditors only.' })
  readonly email!: string | null;
}

class KeyResourceAnswer implements ShownResource {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly name!: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly model!: string | null;

  @ApiProperty({ enum: resourceTypes, nullable: true })
  readonly resourceType!: ResourceType | null;

  @ApiProperty({ enum: resourceStatuses, nullable: true })
  readonly status!: ResourceStatus | null;
}

class KeyServiceAnswer implements ShownService {
  @ApiProperty({ format: 'uuid' })
  readonly serviceId!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly name!: string | null;

  @ApiProperty({ enum: billingPolicies })
  readonly billingPolicy!: BillingPolicy;

  @ApiProperty({ type: [String], nullable: true, description: 'Null: all that the service has.' })
  readonly models!: readonly string[] | null;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'What it is paid from as one goes.',
  })
  readonly walletId!: string | null;
}

class KeyProfileAnswer implements ShownProfile {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly name!: string | null;
}

class CreatorAnswer {
  @ApiProperty({ enum: ['user', 'key', 'process', 'operator'] })
  readonly type!: string;

  @ApiProperty()
  readonly id!: string;
}

const text = { type: String, nullable: true } as const;
const instant = { type: String, format: 'date-time', nullable: true } as const;

export class KeyAnswer implements KeyView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ description: 'A UUID, or `platform` for the key of an operator.' })
  readonly teamId!: string;

  @ApiProperty({ description: 'A UUID, or `platform` for the key of an operator.' })
  readonly projectId!: string;

  @ApiProperty()
  readonly name!: string;

  @ApiProperty(text)
  readonly description!: string | null;

  @ApiProperty({ enum: keyTypes })
  readonly type!: KeyType;

  @ApiProperty({ enum: ['free', 'paid'] })
  readonly tier!: 'free' | 'paid';

  @ApiProperty({ description: 'May be shown to anyone, and only infers.' })
  readonly public!: boolean;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'Of a personal token: the user it acts as.',
  })
  readonly userId!: string | null;

  @ApiProperty({ enum: keyStatuses })
  readonly status!: KeyStatus;

  @ApiProperty({ example: 'cks_3fQ…x9Za' })
  readonly maskedSecret!: string;

  @ApiProperty({ enum: ['admin', 'member'] })
  readonly role!: 'admin' | 'member';

  @ApiProperty({ enum: scopes, isArray: true })
  readonly scopes!: readonly Scope[];

  @ApiProperty({ type: [KeyResourceAnswer], description: 'In the order of their assignment.' })
  readonly resources!: readonly KeyResourceAnswer[];

  @ApiProperty({ type: [AssignedUserAnswer] })
  readonly users!: readonly AssignedUserAnswer[];

  @ApiProperty({
    type: [KeyServiceAnswer],
    description: 'In the order of their enabling; of the free key all that is free and not retired.',
  })
  readonly services!: readonly KeyServiceAnswer[];

  @ApiProperty({ type: KeyProfileAnswer, nullable: true })
  readonly biasProfile!: KeyProfileAnswer | null;

  @ApiProperty(text)
  readonly department!: string | null;

  @ApiProperty(text)
  readonly environment!: string | null;

  @ApiProperty({ ...text, description: 'For owners, admins and auditors only.' })
  readonly requestor!: string | null;

  @ApiProperty(text)
  readonly appId!: string | null;

  @ApiProperty(text)
  readonly businessJustification!: string | null;

  @ApiProperty({ ...text, description: 'For owners, admins and auditors only.' })
  readonly notes!: string | null;

  @ApiProperty({ ...text, description: 'For owners, admins and auditors only.' })
  readonly notifyEmail!: string | null;

  @ApiProperty({ type: [String], description: 'Addresses and CIDR ranges; empty: from everywhere.' })
  readonly allowedIps!: readonly string[];

  @ApiProperty({ type: [String], description: 'Origins of web pages; empty: all.' })
  readonly allowedOrigins!: readonly string[];

  @ApiProperty({ type: [String] })
  readonly labels!: readonly string[];

  @ApiProperty({ ...text, description: 'The name of the key in another system.' })
  readonly externalId!: string | null;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;

  @ApiProperty({ type: CreatorAnswer })
  readonly createdBy!: CreatorAnswer;

  @ApiProperty({ ...instant, description: 'At this instant it has expired.' })
  readonly expiresAt!: string | null;

  @ApiProperty({ ...instant, description: 'The last allowed use that was written down.' })
  readonly lastUsedAt!: string | null;

  @ApiProperty(instant)
  readonly rotatedAt!: string | null;

  @ApiProperty({ type: 'integer', description: 'Counts the secrets the key has had.' })
  readonly secretVersion!: number;

  @ApiProperty({ ...instant, description: 'At this instant the replaced secret ends; null: there is none.' })
  readonly previousSecretValidUntil!: string | null;

  @ApiProperty(instant)
  readonly revokedAt!: string | null;

  @ApiProperty({ enum: revocationReasons, nullable: true })
  readonly revocationReason!: RevocationReason | null;

  @ApiProperty({ type: 'integer', description: "Events of the key's stream; also its ETag." })
  readonly revision!: number;
}

export class OneKeyAnswer {
  @ApiProperty({ type: KeyAnswer })
  readonly key!: KeyView;
}

export class NewKeyAnswer extends OneKeyAnswer {
  @ApiProperty({ description: 'In clear text, shown this once. Keep it where you keep passwords.' })
  readonly secret!: string;
}

export class UsersAssignedAnswer extends OneKeyAnswer {
  @ApiProperty({
    description: 'Whether mails to the users are on their way: not where mail is not configured.',
  })
  readonly notified!: boolean;
}

export class KeyPageAnswer {
  @ApiProperty({ type: [KeyAnswer] })
  readonly items!: readonly KeyView[];

  @ApiProperty({ ...text, description: 'The cursor of the next page; null on the last one.' })
  readonly nextCursor!: string | null;
}
