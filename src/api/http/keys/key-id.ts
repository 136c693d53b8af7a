import { Injectable, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { problemOfRefusal } from '../answers.js';

/** A key's id in a path: what cannot be one is simply not there. */
@Injectable()
export class KeyId implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!isUUID(value)) throw problemOfRefusal({ code: 'key.not_found' });
    return value.toLowerCase();
  }
}
