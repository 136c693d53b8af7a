import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsObject,
  IsString,
  IsUUID,
  Length,
  ValidateNested,
} from 'class-validator';
import type { ServiceChoice } from '../../../application/key/references.js';
import { type BillingPolicy, billingPolicies } from '../../../domain/service/events.js';
import { modelsMaxCount } from '../../../domain/service/prices.js';
import { LowerCase, MayBeAbsent, OptionalId } from '../fields.js';

/** A key has so many services at most. */
const servicesMax = 50;

export class ServiceChoiceBody implements ServiceChoice {
  @ApiProperty({ format: 'uuid' })
  @LowerCase()
  @IsUUID()
  readonly serviceId!: string;

  @ApiProperty({ enum: billingPolicies, description: 'One that the service offers.' })
  @IsIn(billingPolicies)
  readonly billingPolicy!: BillingPolicy;

  @ApiPropertyOptional({
    type: [String],
    minItems: 1,
    maxItems: modelsMaxCount,
    description: 'Models of the service. Absent, with the policy `free` alone: all it has at any time.',
    example: ['jais-30b'],
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(modelsMaxCount)
  @ArrayUnique()
  @IsString({ each: true })
  @Length(1, 100, { each: true })
  readonly models?: readonly string[];

  @OptionalId({ description: 'With the policy `pay_as_you_go`: a wallet in the currency of the service.' })
  readonly walletId?: string;
}

export function Services({ isRequired }: { isRequired: boolean }): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      type: [ServiceChoiceBody],
      maxItems: servicesMax,
      required: isRequired,
      description: 'Services of the catalogue, each once, with how it is paid.',
    }),
    ...(isRequired ? [] : [MayBeAbsent()]),
    IsArray(),
    ArrayMaxSize(servicesMax),
    ArrayUnique(idOf),
    IsObject({ each: true }),
    ValidateNested({ each: true }),
    Type(() => ServiceChoiceBody),
  );
}

/** What is no service, or names none, is another rule's: each such item is unlike all others. */
function idOf(item: unknown): unknown {
  const serviceId: unknown = (item as Partial<ServiceChoiceBody> | null)?.serviceId;
  return serviceId ?? Symbol('no id');
}
