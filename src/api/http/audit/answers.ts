import { ApiProperty } from '@nestjs/swagger';
import type { DiffPoint, KeyDiff } from '../../../audit/diff.js';

class ActorAnswer {
  @ApiProperty({ enum: ['user', 'key', 'process', 'operator'] })
  readonly type!: string;

  @ApiProperty()
  readonly id!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly name!: string | null;
}

class ChangeAnswer {
  @ApiProperty()
  readonly field!: string;

  @ApiProperty({ nullable: true, description: 'The value before.', type: Object })
  readonly from!: unknown;

  @ApiProperty({ nullable: true, description: 'The value after.', type: Object })
  readonly to!: unknown;
}

export class EntryAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly eventId!: string;

  @ApiProperty()
  readonly type!: string;

  @ApiProperty({ format: 'date-time' })
  readonly at!: string;

  @ApiProperty({ description: 'Place in the log; opaque.' })
  readonly position!: string;

  @ApiProperty({ type: 'integer', description: 'Events of its stream up to and including it.' })
  readonly revision!: number;

  @ApiProperty({ type: ActorAnswer })
  readonly actor!: ActorAnswer;

  @ApiProperty({ type: String, nullable: true })
  readonly reason!: string | null;

  @ApiProperty({ description: 'What happened, as a sentence.' })
  readonly summary!: string;

  @ApiProperty({ type: [ChangeAnswer] })
  readonly changes!: readonly ChangeAnswer[];
}

class AuditEventAnswer extends EntryAnswer {
  @ApiProperty()
  readonly stream!: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  readonly keyId!: string | null;
}

const nextCursor = {
  type: String,
  nullable: true,
  description: 'The cursor of the next page; null on the last one.',
} as const;

export class HistoryAnswer {
  @ApiProperty({ type: [EntryAnswer] })
  readonly items!: readonly EntryAnswer[];

  @ApiProperty(nextCursor)
  readonly nextCursor!: string | null;
}

export class AuditAnswer {
  @ApiProperty({ type: [AuditEventAnswer] })
  readonly items!: readonly AuditEventAnswer[];

  @ApiProperty(nextCursor)
  readonly nextCursor!: string | null;
}

class DiffPointAnswer implements DiffPoint {
  @ApiProperty({ type: 'integer', description: 'Events of the key up to this moment.' })
  readonly revision!: number;

  @ApiProperty({ format: 'date-time' })
  readonly at!: string;
}

export class DiffAnswer implements KeyDiff {
  @ApiProperty({ type: DiffPointAnswer })
  readonly from!: DiffPointAnswer;

  @ApiProperty({ type: DiffPointAnswer })
  readonly to!: DiffPointAnswer;

  @ApiProperty({ type: [ChangeAnswer] })
  readonly changes!: readonly ChangeAnswer[];

  @ApiProperty({ type: [EntryAnswer], description: 'What happened in between, oldest first, at most 200.' })
  readonly entries!: readonly EntryAnswer[];

  @ApiProperty({ description: 'Whether the history has more entries in between.' })
  readonly hasMoreEntries!: boolean;
}
