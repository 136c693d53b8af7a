import { ApiProperty } from '@nestjs/swagger';
import type { CostEstimate } from '../../../application/service/estimate-cost.js';
import type { ServiceView } from '../../../application/service/get-service.js';
import type { PricedModel, UnitPrice } from '../../../domain/service/commands.js';
import type { CostLine } from '../../../domain/service/estimate.js';
import { type BillingPolicy, billingPolicies } from '../../../domain/service/events.js';
import { type ServiceStatus, serviceStatuses } from '../../../domain/service/state.js';

const micros = {
  type: 'integer',
  format: 'int64',
  minimum: 0,
  description: 'Millionths of the currency.',
} as const;
const currency = { example: 'USD', description: 'ISO 4217.' };

export class UnitPriceAnswer implements UnitPrice {
  @ApiProperty({ example: 'input_tokens' })
  readonly unit!: string;

  @ApiProperty({
    ...micros,
    example: 1_500,
    description: 'Millionths of the currency, for `perUnits` units.',
  })
  readonly amountMicros!: number;

  @ApiProperty({ type: 'integer', minimum: 1, example: 1_000 })
  readonly perUnits!: number;
}

export class PricedModelAnswer implements PricedModel {
  @ApiProperty({ example: 'jais-30b' })
  readonly model!: string;

  @ApiProperty({ type: [UnitPriceAnswer], description: 'None: it costs nothing.' })
  readonly prices!: readonly UnitPrice[];
}

export class ServiceAnswer implements ServiceView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ example: 'Chat' })
  readonly name!: string;

  @ApiProperty({ description: 'Whether it can be used for nothing.' })
  readonly free!: boolean;

  @ApiProperty(currency)
  readonly currency!: string;

  @ApiProperty({ enum: billingPolicies, isArray: true })
  readonly billingPolicies!: readonly BillingPolicy[];

  @ApiProperty({ enum: serviceStatuses, description: 'No key can be given a retired one any more.' })
  readonly status!: ServiceStatus;

  @ApiProperty({ type: 'integer', description: 'Counts how often models and prices were set.' })
  readonly priceVersion!: number;

  @ApiProperty({ type: [PricedModelAnswer] })
  readonly models!: readonly PricedModel[];

  @ApiProperty({ format: 'date-time' })
  readonly registeredAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Null while it is not.' })
  readonly retiredAt!: string | null;

  @ApiProperty({ type: 'integer', description: "Events of the service's stream; also its ETag." })
  readonly revision!: number;
}

export class OneServiceAnswer {
  @ApiProperty({ type: ServiceAnswer })
  readonly service!: ServiceView;
}

export class ServicePageAnswer {
  @ApiProperty({ type: [ServiceAnswer] })
  readonly items!: readonly ServiceView[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The cursor of the next page; null on the last one.',
  })
  readonly nextCursor!: string | null;
}

export class CostLineAnswer implements CostLine {
  @ApiProperty({ example: 'input_tokens' })
  readonly unit!: string;

  @ApiProperty({ type: 'integer', format: 'int64', example: 1_201 })
  readonly quantity!: number;

  @ApiProperty({ example: '1801.5', description: 'A decimal number of micro-units, of at most six places.' })
  readonly amountMicros!: string;
}

export class EstimateAnswer implements CostEstimate {
  @ApiProperty({ ...micros, description: 'The exact sum in millionths, rounded once, half to even.' })
  readonly amountMicros!: number;

  @ApiProperty(currency)
  readonly currency!: string;

  @ApiProperty({ type: 'integer' })
  readonly priceVersion!: number;

  @ApiProperty({ type: [CostLineAnswer] })
  readonly breakdown!: readonly CostLine[];
}
