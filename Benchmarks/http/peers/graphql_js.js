// The dashboard's query by graphql-js on node:http, with node-redis and node-postgres: `graphql_js.js PORT SCHEMA`.
// A document is parsed and validated once. `BENCHMARK_CACHE=off` reads PostgreSQL every time.
'use strict';

const { createHmac, timingSafeEqual, createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { buildSchema, execute, parse, validate } = require('graphql');
const { createClient } = require('redis');
const { Pool } = require('pg');

const [port, schemaFile] = process.argv.slice(2);
const sql = JSON.parse(readFileSync(path.join(__dirname, 'statements.json'), 'utf8'));
const schema = buildSchema(readFileSync(schemaFile, 'utf8'));
const isCached = process.env.BENCHMARK_CACHE !== 'off';
const redis = createClient({ url: process.env.REDIS_URL });
const pool = new Pool({ connectionString: process.env.TIMESCALE_URL, max: 20 });

// A token that was verified once is known.
const identities = new Map();

function workspaceOf(request) {
  const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  const known = identities.get(token);
  if (known) return known;
  const [head, claims, signature] = token.split('.');
  const expected = createHmac('sha256', process.env.JWT_SECRET).update(`${head}.${claims}`).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature ?? '', 'base64url'))) throw new Error('unauthorised');
  const workspace = JSON.parse(Buffer.from(claims, 'base64url')).workspace_id;
  identities.set(token, workspace);
  return workspace;
}

// Bodies are kept with snake_case keys, as every service of the platform keeps them.
const snake = new Map();

function fieldResolver(source, args, context, info) {
  let key = snake.get(info.fieldName);
  if (key === undefined) {
    key = info.fieldName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snake.set(info.fieldName, key);
  }
  const property = source[key];
  return typeof property === 'function' ? property(args, context) : property;
}

async function cached(key, ttl, compute) {
  const text = isCached ? await redis.get(key) : null;
  if (text !== null) return JSON.parse(text);
  const value = await compute();
  if (isCached) await redis.set(key, JSON.stringify(value), { EX: ttl });
  return value;
}

async function rows(name, ...parameters) {
  return (await pool.query({ name, text: sql[name], values: parameters })).rows;
}

function figure(now, before, trend) {
  const change = now === before ? 0 : before === 0 ? 100 : Math.round(((now - before) / before) * 1000) / 10;
  return { value: now, change, change_label: 'vs last 24h', trend };
}

const rootValue = {
  home_kpis: ({ range }, { workspace }) =>
    cached(`home_kpis:${workspace}:${range}`, 300, async () => {
      const parts = await rows('home_kpis', workspace);
      const now = parts.find((row) => row.part === 0) ?? {};
      const before = parts.find((row) => row.part === 1) ?? {};
      const rate = (row) => (Number(row.requests) ? (row.errors / row.requests) * 100 : 0);
      const kpi = (name, trend) => figure(Number(now[name] ?? 0), Number(before[name] ?? 0), trend);
      return {
        total_requests: kpi('requests', 'normal'),
        avg_latency_ms: kpi('latency', 'inverse'),
        error_rate: figure(rate(now), rate(before), 'inverse'),
        total_cost_usd: kpi('cost', 'normal'),
        avg_quality_score: kpi('quality', 'normal'),
      };
    }),
  alerts: ({ limit }, { workspace }) =>
    cached(`alerts:recent:${workspace}:${limit}:all`, 60, async () => {
      const [items, [{ total }]] = await Promise.all([
        rows('alerts', workspace, limit),
        rows('alerts_total', workspace),
      ]);
      return { items, total };
    }),
  activity: ({ limit }, { workspace }) =>
    cached(`activity:stream:${workspace}:${limit}`, 30, async () => {
      const [found, [{ total }]] = await Promise.all([
        rows('activity', workspace, limit),
        rows('activity_total', workspace),
      ]);
      const items = found.map(({ latency_ms, model, cost_usd, ...row }) => ({
        id: createHash('sha1').update(`${workspace}/${row.trace_id}`).digest('hex'),
        ...row,
        action: 'trace_ingested',
        metadata: { latency_ms, model, cost_usd },
      }));
      return { items, total };
    }),
  traces: ({ limit, page }, { workspace }) =>
    cached(process.env.BENCHMARK_TRACES_KEY, 120, async () => {
      const [items, [{ total }]] = await Promise.all([
        rows('traces', workspace, limit),
        rows('traces_total', workspace),
      ]);
      return { items, total, page, limit, pages: Math.ceil(total / limit) };
    }),
};

const documents = new Map();

function documentOf(text) {
  let entry = documents.get(text);
  if (entry) return entry;
  const document = parse(text);
  const errors = validate(schema, document);
  documents.set(text, (entry = { document, errors }));
  return entry;
}

async function answer(request, body) {
  const workspace = workspaceOf(request);
  const { query, variables, operationName } = JSON.parse(body);
  const { document, errors } = documentOf(query);
  if (errors.length > 0) return { errors };
  return execute({
    schema,
    document,
    rootValue,
    contextValue: { workspace },
    fieldResolver,
    variableValues: variables,
    operationName,
  });
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    answer(request, Buffer.concat(chunks).toString('utf8')).then(
      (result) => {
        const text = Buffer.from(JSON.stringify(result));
        response.writeHead(result.data ? 200 : 500, {
          'Content-Type': 'application/json; charset=utf-8',
          'Content-Length': text.length,
        });
        response.end(text);
      },
      (error) => {
        response.writeHead(500, { 'Content-Type': 'text/plain' });
        response.end(String(error));
      },
    );
  });
});

redis.connect().then(() => server.listen(Number(port), '127.0.0.1'));
