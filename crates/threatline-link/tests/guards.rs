//! What is proven of ways in, and what is not: sources in, verdicts out.

#![allow(clippy::unwrap_used)]

mod common;

use common::check;

const SECURITY: &str = "
import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPBearer
bearer = HTTPBearer()
def current(token = Depends(bearer)):
    try:
        return jwt.decode(token, KEY, algorithms=['RS256'])
    except jwt.PyJWTError:
        raise HTTPException(401)
def lenient(token = Depends(bearer)):
    try:
        return jwt.decode(token, KEY, algorithms=['RS256'])
    except jwt.PyJWTError:
        return None
def unverified(token = Depends(bearer)):
    return jwt.decode(token, KEY, options={'verify_signature': False})
";

#[test]
fn a_dependency_guards_only_if_every_way_through_it_verifies() {
    let app = "
from fastapi import FastAPI, Depends
from security import current, lenient, unverified
app = FastAPI()
@app.get('/open')
def open(): return 1
@app.get('/mine')
def mine(user = Depends(current)): return 1
@app.get('/lenient')
def soft(user = Depends(lenient)): return 1
@app.get('/unverified')
def blind(user = Depends(unverified)): return 1
";
    check(&[("app.py", app), ("security.py", SECURITY)], &["GET /lenient unknown", "GET /mine true X", "GET /open false C", "GET /unverified unknown"]);
}

#[test]
fn routers_carry_prefixes_and_dependencies_across_files() {
    let app = "
from fastapi import FastAPI, Depends
from routes import items
from security import current
app = FastAPI()
app.include_router(items.router, prefix='/api', dependencies=[Depends(current)])
app.include_router(items.router, prefix='/open')
";
    let items = "
from fastapi import APIRouter
router = APIRouter(prefix='/items')
@router.get('/{item_id}')
def one(item_id: int): return 1
";
    check(&[("app.py", app), ("routes/items.py", items), ("security.py", SECURITY)], &["GET /api/items/{item_id} true X", "GET /open/items/{item_id} false C"]);
}

#[test]
fn looking_a_user_up_to_log_in_proves_nothing() {
    let app = "
from flask import Flask, request, abort, session
app = Flask(__name__)
@app.post('/login')
def login():
    user = find(request.form['name'])
    if not user:
        abort(401)
    return 'ok'
@app.get('/account')
def account():
    if 'user' not in session:
        abort(401)
    return 'ok'
";
    check(&[("app.py", app)], &["GET /account true X", "POST /login unknown"]);
}

#[test]
fn decorators_guard_below_the_route_and_not_above_it() {
    let app = "
from flask import Flask
from flask_login import login_required
app = Flask(__name__)
@app.get('/guarded')
@login_required
def guarded(): return 1
@login_required
@app.get('/bare')
def bare(): return 1
";
    check(&[("app.py", app)], &["GET /bare false C", "GET /guarded true X"]);
}

#[test]
fn a_header_that_is_merely_there_proves_nothing() {
    let app = "
from flask import Flask, request, abort
app = Flask(__name__)
@app.before_request
def check():
    if not request.headers.get('Authorization'):
        abort(401)
@app.get('/x')
def x(): return 1
";
    check(&[("app.py", app)], &["GET /x unknown"]);
}

#[test]
fn unknown_middleware_leaves_everything_unknown() {
    let app = "
from flask import Flask
from somewhere import gate
app = Flask(__name__)
app.before_request(gate)
@app.get('/x')
def x(): return 1
";
    check(&[("app.py", app)], &["GET /x unknown"]);
}

#[test]
fn a_decorator_that_keeps_the_names_of_its_view_still_guards() {
    let app = "
import jwt
from functools import wraps
from flask import Flask, request
app = Flask(__name__)
def verified(view):
    @wraps(view)
    def inner(*args, **kwargs):
        jwt.decode(request.headers.get('Authorization'), KEY, algorithms=['RS256'])
        return view(*args, **kwargs)
    return inner
def timed(view):
    @wraps(view)
    def inner(*args, **kwargs):
        return view(*args, **kwargs)
    return inner
@app.get('/mine')
@verified
def mine(): return 1
@app.get('/open')
@timed
def open(): return 1
";
    check(&[("app.py", app)], &["GET /mine true X", "GET /open false C"]);
}

#[test]
fn asking_another_service_about_the_callers_token_proves_who_calls() {
    let app = "
import requests
from functools import wraps
from flask import Flask, request
app = Flask(__name__)
def introspected(view):
    @wraps(view)
    def inner(*args, **kwargs):
        token = request.headers.get('Authorization')[7:]
        body = {'token': token}
        answer = requests.post(VERIFY_URL, json=body)
        code = answer.status_code
        if code == 200:
            return view(*args, **kwargs)
        return {'error': 'no'}, 401
    return inner
def with_own_key(view):
    @wraps(view)
    def inner(*args, **kwargs):
        answer = requests.post(QUOTA_URL, headers={'Authorization': OWN_KEY})
        code = answer.status_code
        if code == 200:
            return view(*args, **kwargs)
        return {'error': 'no'}, 403
    return inner
@app.get('/mine')
@introspected
def mine(): return 1
@app.get('/quota')
@with_own_key
def quota(): return 1
";
    check(&[("app.py", app)], &["GET /mine true X", "GET /quota unknown"]);
}

const TOKEN: &str = r#"
package auth
import ("errors"; "net/http"; "bytes"; "encoding/json")
func tokenOf(r *http.Request) string { return r.Header.Get("Authorization") }
func Check(r *http.Request) (int, error) {
	sent := tokenOf(r)
	body, err := json.Marshal(map[string]string{"token": sent})
	if err != nil { return 0, err }
	resp, err := http.Post(verifyURL, "application/json", bytes.NewBuffer(body))
	if err != nil { return 0, err }
	if resp.StatusCode != 200 { return 0, errors.New("no") }
	return 1, nil
}
func Ping(r *http.Request) (int, error) {
	resp, err := http.Post(pingURL, "application/json", nil)
	if err != nil { return 0, err }
	return resp.StatusCode, nil
}
"#;

#[test]
fn asking_elsewhere_is_followed_through_functions_and_packages() {
    let app = r#"
package main
import ("net/http"; "example.com/shop/auth")
func mine(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, err := auth.Check(r)
		if err != nil {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}
func pinged(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, err := auth.Ping(r)
		if err != nil {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		next(w, r)
	}
}
func list(w http.ResponseWriter, r *http.Request) {}
func main() {
	http.HandleFunc("GET /mine", mine(list))
	http.HandleFunc("GET /pinged", pinged(list))
	http.ListenAndServe(":80", nil)
}
"#;
    check(&[("go.mod", "module example.com/shop\n"), ("main.go", app), ("auth/auth.go", TOKEN)], &["GET /mine true X", "GET /pinged unknown"]);
}

#[test]
fn an_error_that_is_answered_lets_nobody_in() {
    let app = "
import jwt
from flask import Flask, request, jsonify
app = Flask(__name__)
@app.post('/mine')
def mine():
    if 'name' not in request.form:
        return jsonify({'error': 'no name'}), 400
    try:
        jwt.decode(request.headers.get('Authorization'), KEY, algorithms=['RS256'])
        return jsonify(load())
    except jwt.InvalidTokenError:
        return 'no', 401
    except DatabaseError:
        return 'failed', 500
@app.post('/first')
def first():
    if 'name' not in request.form:
        return jsonify(load()), 200
    jwt.decode(request.headers.get('Authorization'), KEY, algorithms=['RS256'])
    return jsonify(load())
@app.post('/open')
def open():
    if 'name' not in request.form:
        return jsonify({'error': 'no name'}), 400
    return jsonify(load())
@app.post('/count')
def count():
    if 'name' not in request.form:
        return load(500)
    jwt.decode(request.headers.get('Authorization'), KEY, algorithms=['RS256'])
    return jsonify(load())
";
    check(&[("app.py", app)], &["POST /count false C", "POST /first false C", "POST /mine true X", "POST /open false C"]);
}

#[test]
fn an_error_that_is_sent_and_left_lets_nobody_in() {
    let app = "
const express = require('express');
const jwt = require('jsonwebtoken');
const app = express();
app.post('/mine', (req, res) => {
  if (!req.body.name) {
    res.status(400).json({ error: 'no name' });
    return;
  }
  try {
    jwt.verify(req.headers.authorization, KEY);
    res.json(load());
  } catch (error) {
    res.status(500).json({ error: 'failed' });
  }
});
app.post('/swallowed', (req, res) => {
  try {
    jwt.verify(req.headers.authorization, KEY);
  } catch (error) {
    res.status(500);
  }
  res.json(load());
});
app.listen(80);
";
    check(&[("package.json", r#"{"name":"shop"}"#), ("app.js", app)], &["POST /mine true X", "POST /swallowed false C"]);
}

#[test]
fn what_is_put_behind_itself_in_a_loop_ends() {
    let lists = "x = [1, 2]\n".to_owned() + &"for a in b:\n    x = x + x\n".repeat(40);
    let texts = "y = 'ab'\n".to_owned() + &"for a in b:\n    y = y + y\n".repeat(40);
    let app = format!("from flask import Flask\napp = Flask(__name__)\n{lists}{texts}\n@app.get('/a')\ndef a(): return 1\n");
    let twice = "const express = require('express');\nconst app = express();\nlet z = [1];\n".to_owned()
        + &"for (const a of b) { z = [...z, ...z]; }\n".repeat(40)
        + "app.get('/b', (q, r) => r.send());\napp.listen(1);\n";
    check(&[("app.py", &app), ("package.json", r#"{"name":"x"}"#), ("app.js", &twice)], &["GET /a false C", "GET /b false C"]);
}

#[test]
fn a_helper_that_is_given_the_request_may_refuse_it() {
    let helper = "
import { NextResponse } from 'next/server';
import { lookUp } from './sessions';
export async function readRequest(request) {
  let error = null;
  const session = await lookUp(request);
  if (!session) { error = () => NextResponse.json({ message: 'no' }, { status: 401 }); }
  return { body: await request.json(), session, error };
}
";
    let route = "
import { readRequest } from '../../../lib/request';
export async function POST(request) {
  const { body, session, error } = await readRequest(request);
  if (error) return error();
  return Response.json(body);
}
";
    let manifest = ("package.json", "{\"name\": \"web\", \"dependencies\": {\"next\": \"14\"}}");
    let sessions = ("lib/sessions.js", "export async function lookUp(request) { return store.find(request.headers.get('x-key')); }\n");
    check(&[manifest, sessions, ("lib/request.js", helper), ("app/api/notes/route.js", route)], &["POST /api/notes unknown"]);
    let plain = "export async function readRequest(request) { return { body: await request.json(), error: null }; }\n";
    check(&[manifest, sessions, ("lib/request.js", plain), ("app/api/notes/route.js", route)], &["POST /api/notes false C"]);
}

#[test]
fn a_view_that_answers_with_a_guarded_one_is_not_open() {
    let views = "
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse

@login_required
def create(request):
    return HttpResponse('made')

@login_required
def listed(request):
    return HttpResponse('all')

def notes(request):
    if request.method == 'POST':
        return create(request)
    return listed(request)

def status(request):
    return HttpResponse('up')
";
    let urls = "from django.urls import path\nfrom . import views\n\nurlpatterns = [path('notes/', views.notes), path('status/', views.status)]\n";
    let settings = "ROOT_URLCONF = 'site.urls'\nMIDDLEWARE = []\n";
    check(
        &[("site/__init__.py", ""), ("site/settings.py", settings), ("site/urls.py", urls), ("site/views.py", views)],
        &["* /notes/ true X", "* /status/ false C"],
    );
}

#[test]
fn a_credential_that_is_looked_at_may_be_asked_in_words_that_nobody_understands() {
    let app = "
const express = require('express');
const directory = require('./directory');
const app = express();
app.get('/scim/users', async (req, res) => {
  const secret = req.headers.get('Authorization').split(' ')[1];
  res.json(await directory.handle({ secret, path: 'users' }));
});
app.get('/tokens', async (req, res) => res.json(await directory.tokens(bearer(req))));
app.get('/news', async (req, res) => {
  const headers = new Headers();
  headers.set('Authorization', process.env.NEWS_KEY);
  res.json(await directory.handle({ headers, path: 'news' }));
});
app.get('/health', (req, res) => res.send('ok'));
function bearer(req) {
  return req.headers['authorization'].slice(7);
}
app.listen(80);
";
    let directory = "
const sync = require('some-directory-sync');
exports.handle = async (request) => sync.requests.handle(request);
exports.tokens = async (token) => sync.tokens(token);
";
    check(&[("app.js", app), ("directory.js", directory)], &["GET /health false C", "GET /news false C", "GET /scim/users unknown", "GET /tokens unknown"]);
}
