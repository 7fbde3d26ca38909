//! What conditions before routes prove: sources in, verdicts out.
#![allow(clippy::unwrap_used)]

mod common;

use common::check;

const ROUTES: &str = "
app.get('/orders', (req, res) => res.json([]))
app.listen(80)
";

/// An application with one guard before its only route.
fn guarded(guard: &str) -> String {
    format!(
        "const express = require('express')
const jwt = require('jsonwebtoken')
const app = express()
function read(req) {{ try {{ return jwt.verify(req.cookies.session, process.env.KEY) }} catch (e) {{ return null }} }}
app.use((req, res, next) => {{
  const user = read(req)
  {guard}
  next()
}})
{ROUTES}"
    )
}

fn holds(guard: &str, verdict: &str) {
    check(&[("app.js", &guarded(guard))], &[&format!("GET /orders {verdict}")]);
}

#[test]
fn a_condition_that_joins_who_asks_with_something_else_proves_nothing_of_others() {
    holds("if (!user) return res.status(401).end()", "true X");
    holds("if (config.closed && !user) return res.status(401).end()", "unknown");
    holds("if (needsUser && !user) return res.status(401).end()", "unknown");
    // what browsers ask first is no request of the route's
    holds("if (req.method !== 'OPTIONS' && !user) return res.status(401).end()", "true X");
    holds("if (config.open || user) { next() } else { res.status(401).end() }", "unknown");
}

#[test]
fn to_refuse_one_lets_all_others_past() {
    holds("if (user && user.name === process.env.BLOCKED) return res.status(403).end()", "unknown");
}

#[test]
fn that_a_cookie_is_there_proves_nothing_whatever_it_is_called() {
    holds("const sessionCookie = req.cookies.session\n  if (!sessionCookie) return res.status(401).end()", "unknown");
}

/// A form that brings back the token that it was given came from the site, and its sender may be anybody.
#[test]
fn a_token_against_forged_forms_says_nothing_of_who_sends_it() {
    let app = "const express = require('express')
const app = express()
app.post('/login', (req, res) => {
  const csrfToken = req.cookies.csrf
  if (req.body.csrfToken !== csrfToken) return res.status(403).end()
  res.json({})
})
app.listen(80)
";
    check(&[("app.js", app)], &["POST /login unknown"]);
}

/// Behind a `.catch` that swallows it, a failed check lets everybody on.
#[test]
fn an_error_that_is_swallowed_proves_nothing() {
    let app = |swallow: &str| {
        format!(
            "import {{ Hono }} from 'hono'
import {{ jwtVerify }} from 'jose'
const app = new Hono()
app.get('/orders', async (c) => {{
  const found = await jwtVerify(c.req.header('authorization'), key){swallow}
  return c.json(found)
}})
export default app
"
        )
    };
    check(&[("app.ts", &app(""))], &["GET /orders true X"]);
    check(&[("app.ts", &app(".catch(() => null)"))], &["GET /orders false C"]);
}

/// What stands before all routes of Starlette may tell them apart by their paths.
#[test]
fn a_path_that_is_let_off_is_open_and_the_others_are_asked() {
    let app = "import jwt
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()
OPEN = ['/health', '/login']

@app.middleware('http')
async def ask(request: Request, call_next):
    if request.url.path in OPEN or request.url.path.startswith('/public'):
        return await call_next(request)
    try:
        jwt.decode(request.headers['authorization'], KEY, algorithms=['RS256'])
    except jwt.PyJWTError:
        return JSONResponse({}, status_code=401)
    return await call_next(request)

@app.get('/health')
async def health(): return {}

@app.get('/public/prices')
async def prices(): return []

@app.get('/orders')
async def orders(): return []

@app.get('/{section}/list')
async def section(section: str): return []
";
    check(&[("app.py", app)], &["GET /health false C", "GET /orders true X", "GET /public/prices false C", "GET /{section}/list unknown"]);
}
