//! JavaScript's frameworks that mount, name or call their handlers: sources in, ways in with verdicts out.

#![allow(clippy::unwrap_used)]

mod common;

use common::{check, composed};

const VERIFY: &str = "
import jwt from 'jsonwebtoken';
export async function verifyToken(token) {
  return jwt.verify(token, process.env.KEY);
}
";

#[test]
fn fastify_plugins_have_prefixes_hooks_and_fields_of_their_own() {
    let app = "
import Fastify from 'fastify';
import autoload from '@fastify/autoload';
import path from 'node:path';
import auth from './plugins/auth.js';
import cors from '@fastify/cors';
const app = Fastify({ logger: true });
app.register(cors);
app.register(auth);
app.register(async (instance) => {
  instance.addHook('onRequest', instance.authenticate);
  instance.get('/mine', { schema: { querystring: { type: 'object', properties: { page: { type: 'integer' } } } } }, async () => []);
  instance.register(import('./routes/inner.js'), { prefix: '/inner' });
}, { prefix: '/v1' });
app.route({ method: ['PUT', 'PATCH'], url: '/both', preHandler: [app.authenticate], handler: async () => ({}) });
app.get('/open', async () => ({}));
app.register(autoload, { dir: path.join(import.meta.dirname, 'auto'), options: { prefix: '/auto' } });
app.listen({ port: 3000 });
";
    let auth = "
import fp from 'fastify-plugin';
export default fp(async function (fastify) {
  fastify.decorate('authenticate', async function (request, reply) {
    try {
      await request.jwtVerify();
    } catch (error) {
      reply.send(error);
    }
  });
});
";
    let inner = "export default async function (fastify) { fastify.delete('/:id', async (request) => request.params.id); }\n";
    let auto = "export default async (fastify) => { fastify.post('/', async (request) => request.body.name); };\n";
    check(
        &[("app.js", app), ("plugins/auth.js", auth), ("routes/inner.js", inner), ("auto/items/_id/index.js", auto), ("auto/items/_id/index.test.js", auto)],
        &[
            "DELETE /v1/inner/{id} true X",
            "GET /open false C",
            "GET /v1/mine true X",
            "PATCH /both true X",
            "POST /auto/items/{id} false C",
            "PUT /both true X",
        ],
    );
    let found = composed(&[("app.js", app), ("plugins/auth.js", auth)]);
    let mine = found.entries.iter().find(|entry| entry.path == "/v1/mine").unwrap();
    assert_eq!(mine.parameters.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["page"]);
}

#[test]
fn routers_of_koa_in_other_files() {
    let app = "
import Koa from 'koa';
import mount from 'koa-mount';
import admin from './admin.js';
import items from './items.js';
const app = new Koa();
app.use(items.routes()).use(items.allowedMethods());
app.use(mount('/inner', admin.routes()));
app.listen(3000);
";
    let items = "
import Router from '@koa/router';
import { strange } from 'some-library';
const router = new Router();
router.prefix('/items');
router.get('list', '/', (ctx) => { ctx.body = ctx.query.page; });
router.del('/:id', strange, (ctx) => {});
export default router;
";
    let admin = "
import Router from '@koa/router';
import { verifyToken } from './verify.js';
const required = async (ctx, next) => {
  const user = await verifyToken(ctx.get('authorization'));
  if (!user) ctx.throw(401);
  await next();
};
const router = new Router({ prefix: '/admin' });
router.use(required);
router.post('/users', (ctx) => { const { name } = ctx.request.body; });
export default router;
";
    check(
        &[("app.js", app), ("admin.js", admin), ("items.js", items), ("verify.js", VERIFY)],
        &["DELETE /items/{id} unknown", "GET /items false C", "POST /inner/admin/users true X"],
    );
}

#[test]
fn hapi_names_strategies_and_exempts_by_name() {
    let server = "
import Hapi from '@hapi/hapi';
import plugin from './plugin.js';
const server = Hapi.server({ port: 3000 });
server.auth.default('session');
await server.register({ plugin, routes: { prefix: '/v1' } });
server.route([
  { method: 'GET', path: '/open', options: { auth: false }, handler: () => 'ok' },
  { method: ['PUT', 'PATCH'], path: '/items/{id?}', handler: (request) => request.payload.name },
  { method: 'GET', path: '/try', options: { auth: { mode: 'try', strategy: 'session' } }, handler: () => 'ok' },
]);
await server.start();
";
    let plugin = "
export default {
  name: 'things',
  register: async (server, options) => {
    server.route({ method: 'POST', path: '/things', options: { auth: 'jwt' }, handler: (request, h) => h.response() });
  },
};
";
    check(
        &[("server.js", server), ("plugin.js", plugin)],
        &["GET /open false X", "GET /try true X", "PATCH /items/{id} true X", "POST /v1/things true X", "PUT /items/{id} true X"],
    );
}

#[test]
fn procedures_of_trpc_are_routes_by_their_dotted_names() {
    let base = "
import { initTRPC, TRPCError } from '@trpc/server';
const t = initTRPC.context().create();
const isAuthed = t.middleware(({ ctx, next }) => {
  if (!ctx.session?.user) throw new TRPCError({ code: 'UNAUTHORIZED' });
  return next({ ctx });
});
export const router = t.router;
export const publicProcedure = t.procedure;
export const protectedProcedure = t.procedure.use(isAuthed);
";
    let users = "
import { z } from 'zod';
import { router, protectedProcedure, publicProcedure } from './trpc';
const byId = protectedProcedure.input(z.object({ id: z.string() }));
export const users = router({
  byId: byId.query(({ input }) => input.id),
  rename: byId.input(z.object({ name: z.string() })).mutation(({ input }) => input),
  all: publicProcedure.query(() => []),
});
";
    let app = "
import express from 'express';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import { router } from './trpc';
import { users } from './users';
const appRouter = router({ users, inner: router({ users }) });
const app = express();
app.use('/trpc', createExpressMiddleware({ router: appRouter }));
app.listen(3000);
";
    let files = [("app.ts", app), ("trpc.ts", base), ("users.ts", users)];
    check(
        &files,
        &[
            "GET /trpc/inner.users.all false C",
            "GET /trpc/inner.users.byId true X",
            "GET /trpc/users.all false C",
            "GET /trpc/users.byId true X",
            "POST /trpc/inner.users.rename true X",
            "POST /trpc/users.rename true X",
        ],
    );
    let found = composed(&files);
    let rename = found.entries.iter().find(|entry| entry.path == "/trpc/users.rename").unwrap();
    assert_eq!(rename.parameters.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["id", "name"]);
}

#[test]
fn fields_of_graphql_come_from_the_schema_and_else_from_resolvers() {
    let written = "
import { ApolloServer } from '@apollo/server';
import gql from 'graphql-tag';
const typeDefs = [gql`type Query { user(id: ID!): User }`, gql`extend type Mutation { rename(id: ID!, name: String): User } type User { id: ID! }`];
const resolvers = { Query: { user: () => null }, User: { id: () => 1 } };
const server = new ApolloServer({ typeDefs, resolvers });
";
    let elsewhere = "
import { createSchema, createYoga } from 'graphql-yoga';
import { typeDefs } from './generated';
const schema = createSchema({ typeDefs, resolvers: { Query: { items: () => [] }, Subscription: { ticks: { subscribe: () => null } } } });
export const yoga = createYoga({ schema });
";
    let client = "import { gql } from '@apollo/client';\nexport const ASK = gql`query Users { users { id } } type Query { no: Int }`;\n";
    check(
        &[("a/server.ts", written), ("b/server.ts", elsewhere), ("c/client.ts", client)],
        &["* Mutation.rename unknown", "* Query.items unknown", "* Query.user unknown", "* Subscription.ticks unknown"],
    );
}

#[test]
fn messages_tools_and_commands() {
    let io = "
import { Server } from 'socket.io';
const io = new Server(3000);
io.of('/admin').on('connection', (socket) => {
  socket.on('ban', (id) => {});
  socket.on('disconnect', () => {});
});
process.on('SIGTERM', () => {});
";
    let tools = "
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
const server = new McpServer({ name: 'x' });
server.registerTool('search', { description: 'finds' }, async ({ q }) => ({ content: [] }));
server.tool('fetch-page', async () => ({ content: [] }));
client.callTool({ name: 'other' });
";
    let queue = "
import { Queue, Worker } from 'bullmq';
const mails = new Queue('mails');
new Worker('mails', async (job) => {});
";
    let cli = "
import { Command } from 'commander';
const program = new Command();
program.command('serve <config>').option('-p, --port <n>', 'port').action((config, options) => {});
program.parse();
";
    check(
        &[("io.js", io), ("tools.ts", tools), ("queue.js", queue), ("bin/cli.js", cli), ("package.json", r#"{ "name": "@me/prog" }"#)],
        &["* /admin/ban false C", "* fetch-page unknown", "* mails unknown", "* prog serve unknown", "* prog unknown", "* search unknown"],
    );
}

#[test]
fn what_only_looks_like_a_router_is_none() {
    let client = "
import restify from 'restify-clients';
import axios from 'axios';
import { createTRPCClient } from '@trpc/client';
import { io } from 'socket.io-client';
const client = restify.createJsonClient({ url: 'http://x' });
client.get('/a', (error, req, res, obj) => {});
axios.get('/b');
const trpc = createTRPCClient({});
trpc.users.byId.query({ id: 1 });
const socket = io('http://x');
socket.on('message', () => {});
const router = { get(path, handler) {}, route(method, path) {} };
router.get('/c', () => {});
// fastify.get('/d', async () => ({}));
const text = \"app.get('/e', handler)\";
class Plain { @get('/f') find() {} }
";
    check(&[("client.ts", client)], &[]);
}

#[test]
fn functions_are_named_by_file_and_export() {
    let handler = "export const handler = async (event) => ({ statusCode: 200 });\n";
    let azure = "
import { app } from '@azure/functions';
app.http('items', { methods: ['GET'], authLevel: 'anonymous', route: 'items/{id}', handler: async () => ({}) });
app.http('orders', { methods: ['POST'], authLevel: 'function', handler: async () => ({}) });
";
    let found = composed(&[
        ("fn/package.json", r#"{ "devDependencies": { "@types/aws-lambda": "8" } }"#),
        ("fn/src/create.ts", handler),
        ("other/src/create.ts", handler),
        ("azure/index.ts", azure),
    ]);
    let shown: Vec<String> = found
        .entries
        .iter()
        .map(|entry| {
            let verdict = entry.authenticated.as_ref().map_or("unknown".to_owned(), |one| one.holds.to_string());
            format!("{} {} {} {verdict}", entry.kind.name(), entry.method.as_deref().unwrap_or("*"), entry.path)
        })
        .collect();
    assert_eq!(shown, ["http GET /api/items/{id} false", "http POST /api/orders true", "function * /src/create unknown"]);
}
