import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createDocument } from './api/http/docs.js';
import { AppModule, type ModuleParts } from './app.module.js';

/**
 * Writes openapi.json into the working directory. Nothing is started and nothing is asked for: in a preview
 * Nest reads what the controllers say and makes none of them, so the parts they would work with may be missing.
 */
const app = await NestFactory.create(AppModule.with({} as ModuleParts), new FastifyAdapter(), {
  preview: true,
  abortOnError: false,
  logger: ['error'],
});
writeFileSync('openapi.json', `${JSON.stringify(createDocument(app), null, 2)}\n`);
