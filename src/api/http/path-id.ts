import type { PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import type { RefusalCode } from '../../domain/refusals.js';
import { problemOfRefusal } from './answers.js';

/** An id in a path: what cannot be one is simply not there, and answered with the code given. */
export class PathId implements PipeTransform<string, string> {
  constructor(private readonly notFound: RefusalCode) {}

  transform(value: string): string {
    if (!isUUID(value)) throw problemOfRefusal({ code: this.notFound });
    return value.toLowerCase();
  }
}
