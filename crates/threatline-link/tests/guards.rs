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
