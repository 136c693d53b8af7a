import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { EstimateRequest } from '../../../application/service/estimate-cost.js';
import type { RegisterServiceRequest } from '../../../application/service/register-service.js';
import type { PricedModel, UnitPrice } from '../../../domain/service/commands.js';
import { type BillingPolicy, billingPolicies } from '../../../domain/service/events.js';
import { modelsMaxCount, perUnitsMax, unitsMaxCount } from '../../../domain/service/prices.js';
import { type ServiceStatus, serviceStatuses } from '../../../domain/service/state.js';
import { MayBeAbsent, RequiredText } from '../fields.js';
import { PageQuery } from '../pages.js';
import { Quantities } from './quantities.js';

export class ListServicesQuery extends PageQuery {
  @ApiPropertyOptional({ enum: serviceStatuses })
  @MayBeAbsent()
  @IsIn(serviceStatuses)
  readonly status?: ServiceStatus;
}

export class EstimateBody implements EstimateRequest {
  @RequiredText({ maxLength: 100, description: 'One of the service.', example: 'jais-30b' })
  readonly model!: string;

  @Quantities()
  readonly quantities!: Readonly<Record<string, number>>;
}

class UnitPriceBody implements UnitPrice {
  @RequiredText({ maxLength: 50, description: 'What is counted.', example: 'input_tokens' })
  readonly unit!: string;

  @ApiProperty({
    type: 'integer',
    format: 'int64',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    example: 1_500,
    description: 'Millionths of the currency, for `perUnits` units.',
  })
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  readonly amountMicros!: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: perUnitsMax, example: 1_000 })
  @IsInt()
  @Min(1)
  @Max(perUnitsMax)
  readonly perUnits!: number;
}

class PricedModelBody implements PricedModel {
  @RequiredText({ maxLength: 100, description: 'As keys and verification name it.', example: 'jais-30b' })
  readonly model!: string;

  @ApiProperty({ type: [UnitPriceBody], maxItems: unitsMaxCount, description: 'None: it costs nothing.' })
  @IsArray()
  @ArrayMaxSize(unitsMaxCount)
  @IsObject({ each: true })
  @Type(() => UnitPriceBody)
  @ValidateNested({ each: true })
  readonly prices!: readonly UnitPriceBody[];
}

export class PriceServiceBody {
  @ApiProperty({ type: [PricedModelBody], maxItems: modelsMaxCount })
  @IsArray()
  @ArrayMaxSize(modelsMaxCount)
  @IsObject({ each: true })
  @Type(() => PricedModelBody)
  @ValidateNested({ each: true })
  readonly models!: readonly PricedModelBody[];
}

export class RegisterServiceBody extends PriceServiceBody implements RegisterServiceRequest {
  @RequiredText({ maxLength: 100, description: 'For people.', example: 'Chat' })
  readonly name!: string;

  @ApiProperty({ description: 'Whether it can be used for nothing.' })
  @IsBoolean()
  readonly free!: boolean;

  @ApiProperty({ example: 'USD', pattern: '^[A-Z]{3}$', description: 'ISO 4217.' })
  @IsString()
  @Matches(/^[A-Z]{3}$/, { message: 'is three capital letters, such as USD' })
  readonly currency!: string;

  @ApiProperty({ enum: billingPolicies, isArray: true, description: 'What is free offers `free` alone.' })
  @IsArray()
  @ArrayMaxSize(billingPolicies.length)
  @ArrayUnique()
  @IsIn(billingPolicies, { each: true })
  readonly billingPolicies!: readonly BillingPolicy[];
}
