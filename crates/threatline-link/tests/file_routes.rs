//! Frameworks in which a file's place is its path: files in, ways in with their verdicts out.

#![allow(clippy::unwrap_used)]

mod common;

use common::{check, composed};

const NEXT: (&str, &str) = ("web/package.json", r#"{ "name": "web", "dependencies": { "next": "14", "jose": "5" } }"#);

#[test]
fn next_answers_with_exports_and_its_middleware_guards_what_it_matches() {
    let orders = "
import { NextResponse } from 'next/server';
export async function GET(request) { return NextResponse.json({ page: request.nextUrl.searchParams.get('page') }); }
export const POST = async (request) => { const { item } = await request.json(); return NextResponse.json({ item }); };
export function helper() {}
";
    let middleware = "
import { NextResponse } from 'next/server';
import { jwtVerify } from 'jose';
export async function middleware(request) {
  const token = request.cookies.get('session')?.value;
  if (!token) return NextResponse.redirect(new URL('/login', request.url));
  try {
    await jwtVerify(token, key);
  } catch (error) {
    return NextResponse.redirect(new URL('/login', request.url));
  }
  return NextResponse.next();
}
export const config = { matcher: ['/admin/:path*', '/api/orders/:path*'] };
";
    let config = "const nextConfig = { basePath: '/shop' };\nmodule.exports = nextConfig;\n";
    let one = "export async function DELETE(request, { params }) { return Response.json({ id: params.id }); }\n";
    let legacy = "
export default function handler(req, res) {
  if (req.method !== 'POST') return res.status(405).end();
  res.status(200).json({ name: req.body.name });
}
";
    check(
        &[
            NEXT,
            ("web/next.config.js", config),
            ("web/src/middleware.ts", middleware),
            ("web/src/lib/middleware.ts", "export function middleware() { return strange(); }\n"),
            ("web/src/app/(store)/api/orders/route.ts", orders),
            ("web/src/app/(store)/api/orders/[id]/route.ts", one),
            ("web/src/app/@modal/(.)photo/route.ts", one),
            ("web/src/app/_lib/route.ts", one),
            ("web/src/pages/api/hello/[[...rest]].js", legacy),
            ("tools/app/api/other/route.ts", one),
        ],
        &["DELETE /shop/api/orders/{id} true X", "GET /shop/api/orders true X", "POST /shop/api/hello/{rest} false C", "POST /shop/api/orders true X"],
    );
}

#[test]
fn a_matcher_that_is_not_understood_leaves_its_routes_open() {
    let middleware = "
import { getToken } from 'next-auth/jwt';
export default async function (request) {
  const session = await getToken({ req: request });
  if (!session) return Response.json({}, { status: 401 });
}
export const config = { matcher: [{ source: '/api/:path*', missing: [{ type: 'header', key: 'x' }] }] };
";
    let route = "export function GET() { return Response.json({}); }\n";
    check(&[NEXT, ("web/middleware.ts", middleware), ("web/app/api/a/route.js", route)], &["GET /api/a unknown"]);
}

#[test]
fn actions_of_the_server_are_ways_in() {
    let actions = "
'use server';
import { cookies } from 'next/headers';
export async function rename(form: FormData) { return { name: form.get('name'), who: cookies().get('who') }; }
const inner = async () => {};
";
    let found = composed(&[NEXT, ("web/app/actions.ts", actions), ("web/lib/plain.ts", "export async function rename(x) {}\n")]);
    let shown: Vec<_> = found.entries.iter().map(|entry| (entry.method.as_deref().unwrap(), entry.path.as_str())).collect();
    assert_eq!(shown, [("POST", "/rename")]);
    let names: Vec<_> = found.entries[0].parameters.iter().map(|one| (one.name.as_str(), one.place.as_str())).collect();
    assert_eq!(names, [("name", "form"), ("who", "cookie")]);
}

#[test]
fn sveltekit_pages_endpoints_and_hooks() {
    let hooks = "
import { error } from '@sveltejs/kit';
import jwt from 'jsonwebtoken';
export async function handle({ event, resolve }) {
  const token = event.cookies.get('token');
  if (!token) throw error(401, 'who?');
  event.locals.user = jwt.verify(token, process.env.KEY);
  return resolve(event);
}
";
    let server = "export const GET = async ({ url }) => new Response(url.searchParams.get('q'));\nexport function fallback() {}\n";
    let page = "export const load = async ({ params }) => ({ id: params.id });\nexport const actions = { default: async ({ request }) => {} };\n";
    check(
        &[
            ("package.json", r#"{ "devDependencies": { "@sveltejs/kit": "2" } }"#),
            ("src/hooks.server.ts", hooks),
            ("src/routes/api/items/[id=integer]/+server.ts", server),
            ("src/routes/(app)/items/+page.svelte", "<h1>Items</h1>"),
            ("src/routes/(app)/items/[id]/+page.server.ts", page),
            ("src/routes/(app)/items/[id]/+page.svelte", "<script>let data;</script><p></p>"),
            ("src/routes/(app)/items/Row.svelte", "<p></p>"),
        ],
        &["* /api/items/{id} true X", "GET /api/items/{id} true X", "GET /items true X", "GET /items/{id} true X", "POST /items/{id} true X"],
    );
}

#[test]
fn nuxt_tells_the_method_in_the_name_and_the_rest_in_folders() {
    let one = "export default defineEventHandler((event) => ({ id: getRouterParam(event, 'id'), q: getQuery(event).q }));\n";
    let guard = "
export default defineEventHandler(async (event) => {
  const user = await requireUserSession(event);
  event.context.user = user;
});
";
    check(
        &[
            ("nuxt.config.ts", "export default defineNuxtConfig({ app: { baseURL: '/base/' } });\n"),
            ("server/middleware/auth.ts", guard),
            ("server/api/items/[id].delete.ts", one),
            ("server/api/items/index.ts", one),
            ("server/routes/feed.xml.get.ts", one),
            ("test/sample/server/api/none.ts", one),
            ("components/server.ts", one),
        ],
        &["* /base/api/items true X", "DELETE /base/api/items/{id} true X", "GET /base/feed.xml true X"],
    );
}

#[test]
fn remix_names_of_both_versions() {
    let route = "
import { redirect } from '@remix-run/node';
import { getSession } from '../sessions';
export async function loader({ request, params }) { return { q: new URL(request.url).searchParams.get('q') }; }
export async function action({ request }) {
  switch (request.method) {
    case 'DELETE': return null;
    case 'POST': return null;
  }
}
export default function Page() { return null; }
";
    check(
        &[
            ("package.json", r#"{ "dependencies": { "@remix-run/node": "2", "@remix-run/react": "2" } }"#),
            ("app/routes/_auth.shops.$shopId_.items.tsx", route),
            ("app/routes/files.$.tsx", "export const loader = () => null;\n"),
            ("app/routes/old/index.tsx", "export const loader = () => null;\n"),
            ("app/components/loader.tsx", route),
        ],
        &[
            "DELETE /shops/{shopId}/items false C",
            "GET /files/{path} false C",
            "GET /old false C",
            "GET /shops/{shopId}/items false C",
            "POST /shops/{shopId}/items false C",
        ],
    );
}

#[test]
fn fresh_middleware_stands_before_what_is_below_it() {
    let middleware = "
import { verify } from 'https://deno.land/x/djwt/mod.ts';
export async function handler(req, ctx) {
  const user = await strange(req);
  if (!user) return new Response('', { status: 401 });
  return await ctx.next();
}
";
    let users = "import { Handlers } from '$fresh/server.ts';\nexport const handler: Handlers = { GET(req) { return new Response(); }, POST(req) {} };\n";
    check(
        &[
            ("routes/admin/_middleware.ts", middleware),
            ("routes/admin/users.ts", users),
            ("routes/[slug].tsx", "import '$fresh/server.ts';\nexport default () => null;\n"),
        ],
        &["GET /admin/users true X", "GET /{slug} false C", "POST /admin/users true X"],
    );
}
