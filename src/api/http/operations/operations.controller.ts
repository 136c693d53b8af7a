import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { METRICS, type Metrics } from '../../../platform/metrics.js';
import { Public } from '../credentials.js';
import { type Check, HEALTH, type Health } from './health.js';

class CheckAnswer implements Check {
  @ApiProperty()
  readonly name!: string;

  @ApiProperty()
  readonly ok!: boolean;

  @ApiProperty()
  readonly detail!: string;
}

class HealthAnswer {
  @ApiProperty({ enum: ['ok', 'failing'] })
  readonly status!: 'ok' | 'failing';

  @ApiProperty({ type: [CheckAnswer] })
  readonly checks!: readonly Check[];
}

/** For those who run the service: probes and metrics. */
@ApiTags('operations')
@Public()
@Controller()
export class OperationsController {
  constructor(
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Get('livez')
  @ApiOperation({
    summary: 'The process answers',
    description: 'With `Compass-Min-Position`, once it can show what the log holds up to there.',
  })
  @ApiOkResponse({ type: HealthAnswer })
  live(): HealthAnswer {
    return { status: 'ok', checks: [] };
  }

  @Get('readyz')
  @ApiOperation({ summary: 'Requests may be sent here' })
  @ApiOkResponse({ type: HealthAnswer })
  @ApiResponse({ status: 503, type: HealthAnswer })
  ready(@Res({ passthrough: true }) reply: FastifyReply): HealthAnswer {
    return answer(this.health.checks(), reply);
  }

  @Get('startupz')
  @ApiOperation({ summary: 'Set-up is over' })
  @ApiOkResponse({ type: HealthAnswer })
  @ApiResponse({ status: 503, type: HealthAnswer })
  started(@Res({ passthrough: true }) reply: FastifyReply): HealthAnswer {
    const ok = this.health.isStarted();
    return answer([{ name: 'startup', ok, detail: ok ? 'finished' : 'under way' }], reply);
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Metrics for Prometheus' })
  async printMetrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.metrics.contentType);
    return this.metrics.print();
  }
}

function answer(checks: readonly Check[], reply: FastifyReply): HealthAnswer {
  const isOk = checks.every(({ ok }) => ok);
  if (!isOk) void reply.status(503);
  return { status: isOk ? 'ok' : 'failing', checks };
}
