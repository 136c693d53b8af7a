import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { OptionalText, RequiredText } from '../fields.js';

/** Longer than any password or address that is accepted: what is too long for those is told by name. */
const credentialMaxLength = 1_000;

export class SignInBody {
  @ApiProperty({ maxLength: 254, example: 'ada@example.com' })
  @IsString()
  @MaxLength(credentialMaxLength)
  readonly email!: string;

  @ApiProperty({ minLength: 12, maxLength: 128, format: 'password' })
  @IsString()
  @MaxLength(credentialMaxLength)
  readonly password!: string;

  @OptionalText({
    maxLength: 200,
    description: 'What follows the `#` in the link of an invitation: joins the team.',
  })
  readonly invitation?: string;
}

export class SignUpBody extends SignInBody {
  @RequiredText({ maxLength: 100, description: 'What others see.', example: 'Ada Lovelace' })
  readonly name!: string;

  @OptionalText({ maxLength: 100, description: 'Absent: made from its id.', example: 'Analytical Engines' })
  readonly teamName?: string;
}
