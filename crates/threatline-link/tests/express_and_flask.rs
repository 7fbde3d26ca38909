//! Express, Flask, FastAPI and gorilla/mux: sources in, ways in with their verdicts out.

#![allow(clippy::unwrap_used)]

mod common;

use common::{check, composed};

const AUTH: &str = "
const jwt = require('jsonwebtoken');
exports.required = (req, res, next) => {
  const token = req.headers.authorization;
  if (!token) return res.status(401).end();
  jwt.verify(token, process.env.KEY, (error, user) => {
    if (error) return res.status(401).end();
    req.user = user;
    next();
  });
};
";

#[test]
fn prefixes_and_guards_of_express_stand_in_other_files() {
    let app = "
const express = require('express');
const { required } = require('./auth');
const app = express();
app.use(express.json());
app.get('/health', (req, res) => res.json({}));
app.use('/api/orders', required, require('./routes/orders'));
app.use('/api/items', require('./routes/items'));
app.post('/pay', required, (req, res) => res.json({}));
app.listen(3000);
";
    let orders = "
const router = require('express').Router();
const handlers = require('../handlers');
router.get('/:id', handlers.one);
router.route('/').get(handlers.list).post(handlers.list);
module.exports = router;
";
    let items = "
import { Router } from 'express';
import { strange } from 'some-library';
const router = Router();
router.get(['/', '/all'], (req, res) => res.json([]));
router.delete('/:id', strange, (req, res) => res.end());
export default router;
";
    let handlers = "exports.one = (req, res) => res.json({});\nexports.list = (req, res) => res.json([]);\n";
    check(
        &[("app.js", app), ("auth.js", AUTH), ("handlers.js", handlers), ("routes/items.ts", items), ("routes/orders.js", orders)],
        &[
            "DELETE /api/items/{id} unknown",
            "GET /api/items false C",
            "GET /api/items/all false C",
            "GET /api/orders true X",
            "GET /api/orders/{id} true X",
            "GET /health false C",
            "POST /api/orders true X",
            "POST /pay true X",
        ],
    );
}

#[test]
fn an_application_that_is_handed_over_is_the_same_application() {
    let app = "
const express = require('express');
const { required } = require('./auth');
const app = express();
require('./open')(app);
app.use(required);
require('./closed')(app, '/v2');
";
    let open = "module.exports = function (app) { app.get('/open', (req, res) => res.end()); };";
    let closed = "module.exports = (app, base) => { app.get(base + '/closed', (req, res) => res.end()); };";
    check(&[("app.js", app), ("auth.js", AUTH), ("open.js", open), ("closed.js", closed)], &["GET /open false C", "GET /v2/closed true X"]);
}

#[test]
fn what_stands_before_routes_that_nobody_is_seen_to_ask_for_is_unknown() {
    let routes = "
const express = require('express');
const { required } = require('./auth');
module.exports = function (app) {
  app.get('/loaded', (req, res) => res.end());
  app.get('/guarded', required, (req, res) => res.end());
};
";
    let typed = "
import { Application } from 'express';
export default (app: Application) => { app.get('/typed', (req, res) => res.end()); };
";
    // neither a library's object nor called like one
    let other = "
const express = require('express');
module.exports = function (cache) { cache.get('/no-route', (error, value) => value); };
";
    let foreign = "module.exports = function (app) { app.get('/not-of-express', (req, res) => res.end()); };";
    check(
        &[("auth.js", AUTH), ("routes.js", routes), ("typed.ts", typed), ("other.js", other), ("foreign.js", foreign)],
        &["GET /guarded true X", "GET /loaded unknown", "GET /typed unknown"],
    );
}

#[test]
fn callbacks_run_and_functions_make_objects() {
    let app = "
const app = require('express')();
const MongoClient = require('mongodb').MongoClient;
const { required } = require('./auth');
const Handlers = require('./handlers');
MongoClient.connect(process.env.DB, (error, db) => {
  const handlers = new Handlers(db);
  app.get('/login', handlers.login);
  app.get('/mine', handlers.guard, handlers.mine);
  app.listen(80);
});
";
    let handlers = "
const { required } = require('./auth');
function Handlers(db) {
  this.guard = required;
  this.login = (req, res) => res.render('login');
  this.mine = (req, res) => res.json(req.query.page);
}
module.exports = Handlers;
";
    check(&[("app.js", app), ("auth.js", AUTH), ("handlers.js", handlers)], &["GET /login false C", "GET /mine true X"]);
}

#[test]
fn routers_hang_with_and_without_a_path_and_once() {
    let app = "
import express, { Router } from 'express';
import routes from './routes';
const app = express();
app.use(express.json(), routes);
app.use('/v2', routes);
";
    let routes = "
import { Router } from 'express';
const inner = Router();
inner.get('/x', (req, res) => res.end());
export default Router().use(inner);
";
    check(&[("app.ts", app), ("routes.ts", routes)], &["GET /v2/x false C", "GET /x false C"]);
}

#[test]
fn signing_somebody_in_is_no_guard() {
    let app = "
const app = require('express')();
const passport = require('passport');
app.use(passport.initialize());
app.get('/auth/github', passport.authenticate('github'));
app.post('/login', passport.authenticate('local'), (req, res) => res.end());
app.get('/mine', passport.authenticate('jwt', { session: false }), (req, res) => res.end());
app.get('/soft', passport.authenticate(['jwt', 'anonymous']), (req, res) => res.end());
app.get('/open', (req, res) => res.end());
";
    check(&[("app.js", app)], &["GET /auth/github unknown", "GET /mine true X", "GET /open false C", "GET /soft unknown", "POST /login unknown"]);
}

#[test]
fn what_is_handed_the_function_that_goes_on_decides() {
    let app = "
const app = require('express')();
const { soft, hard, foreign, wrapped } = require('./guards');
const end = (req, res) => res.end();
app.get('/soft', soft('right'), end);
app.get('/hard', hard, end);
app.get('/foreign', foreign, end);
app.get('/wrapped', wrapped, end);
app.get('/pending', (req, res) => {
  if (!req.session.pendingUserId) return res.redirect('/login');
  res.end();
});
app.get('/open', end);
";
    let guards = "
const passport = require('passport');
const { check } = require('some-library');
const { required } = require('./auth');
exports.soft = (...rights) => async (req, res, next) =>
  new Promise((resolve, reject) => {
    passport.authenticate('jwt', { session: false }, decide(req, resolve, reject, rights))(req, res, next);
  }).then(() => next()).catch((error) => next(error));
exports.hard = (req, res, next) => { passport.authenticate('jwt', { session: false })(req, res, next); };
exports.foreign = (req, res, next) => { check(req, res, next); };
exports.wrapped = (req, res, next) => { required(req, res, next); };
";
    check(
        &[("app.js", app), ("auth.js", AUTH), ("guards.js", guards)],
        &["GET /foreign unknown", "GET /hard true X", "GET /open false C", "GET /pending unknown", "GET /soft unknown", "GET /wrapped true X"],
    );
}

#[test]
fn letting_on_who_is_known_and_refusing_the_rest_is_a_guard() {
    let app = "
const app = require('express')();
const guards = require('./guards');
const end = (req, res) => res.end();
app.get('/known', guards.known, end);
app.get('/session', guards.session, end);
app.get('/admin', guards.admin, end);
app.get('/guest', guards.guest, end);
app.get('/either', guards.either, end);
app.get('/sent', guards.sent, end);
";
    let guards = "
exports.known = (req, res, next) => { if (req.isAuthenticated()) { return next(); } res.redirect('/login'); };
exports.session = (req, res, next) => { if (req.session.userId) return next(); console.log('no'); return res.status(401).end(); };
exports.admin = (req, res, next) => {
  if (req.session.userId) { return users.find(req.session.userId, (error, user) => (user && user.isAdmin ? next() : res.redirect('/login'))); }
  return res.redirect('/login');
};
exports.guest = (req, res, next) => { if (!req.session.userId) return next(); return res.status(403).end(); };
exports.either = (req, res, next) => { if (req.path === '/free' || req.session.userId) return next(); return res.status(401).end(); };
exports.sent = (req, res, next) => { if (req.headers.authorization) return next(); return res.status(401).end(); };
";
    check(
        &[("app.js", app), ("guards.js", guards)],
        &["GET /admin true X", "GET /either unknown", "GET /guest unknown", "GET /known true X", "GET /sent unknown", "GET /session true X"],
    );
}

#[test]
fn parts_that_may_be_missing_and_parameters_with_patterns() {
    let app = "
const app = require('express')();
app.get('/user/:id{/:op}', (req, res) => res.end());
app.get('/items/:pk([0-9a-f-]+)', (req, res) => res.end());
app.all('*', (req, res) => res.end());
";
    check(&[("app.js", app)], &["* /{path} false C", "GET /items/{pk} false C", "GET /user/{id}/{op} false C"]);
}

#[test]
fn a_view_answers_what_its_route_or_its_class_says() {
    let app = "
from flask import Flask
from flask.views import MethodView, View
app = Flask(__name__)
class Users(MethodView):
    def get(self): return ''
    def post(self): return ''
    def delete(self): return ''
class Report(View):
    methods = ['GET', 'POST']
    def dispatch_request(self): return ''
app.add_url_rule('/users', view_func=Users.as_view('users'), methods=['GET', 'POST'])
app.add_url_rule('/users/<int:id>', view_func=Users.as_view('user'))
app.add_url_rule('/report', view_func=Report.as_view('report'))
";
    check(
        &[("app.py", app)],
        &[
            "DELETE /users/{id} false C",
            "GET /report false C",
            "GET /users false C",
            "GET /users/{id} false C",
            "POST /report false C",
            "POST /users false C",
            "POST /users/{id} false C",
        ],
    );
}

#[test]
fn folders_of_files_are_ways_in_and_other_applications_hang() {
    let app = "
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
app = FastAPI()
inner = FastAPI()
@inner.get('/x')
def x(): return 1
app.mount('/assets', StaticFiles(directory='public'), name='assets')
app.mount('/inner', inner)
";
    check(&[("app.py", app)], &["GET /assets/{path} unknown", "GET /inner/x false C"]);
}

#[test]
fn a_route_that_only_makes_addresses_is_no_way_in() {
    let main = "package main\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/gorilla/mux\"\n)\n\nfunc show(w http.ResponseWriter, r *http.Request) {}\n\nfunc main() {\n\tr := mux.NewRouter()\n\tr.HandleFunc(\"/a\", show).Methods(\"GET\")\n\tr.Path(\"/b/{id}\").HandlerFunc(show).Name(\"b\").BuildOnly()\n\thttp.ListenAndServe(\":80\", r)\n}\n";
    check(&[("main.go", main)], &["GET /a false C"]);
}

#[test]
fn a_body_may_be_read_as_a_whole_and_a_form_without_one_is_the_query() {
    let main = "package main\n\nimport (\n\t\"encoding/json\"\n\t\"net/http\"\n)\n\nfunc find(w http.ResponseWriter, r *http.Request) { _ = r.FormValue(\"q\") }\n\nfunc save(w http.ResponseWriter, r *http.Request) {\n\tvar order map[string]any\n\t_ = json.NewDecoder(r.Body).Decode(&order)\n\t_ = r.FormValue(\"note\")\n}\n\nfunc main() {\n\thttp.HandleFunc(\"GET /find\", find)\n\thttp.HandleFunc(\"POST /save\", save)\n\thttp.ListenAndServe(\":80\", nil)\n}\n";
    let composed = composed(&[("main.go", main)]);
    let mut shown: Vec<String> = Vec::new();
    for entry in &composed.entries {
        let parameters: Vec<String> = entry.parameters.iter().map(|one| format!("{}:{}", one.place, one.name)).collect();
        shown.push(format!("{} {}", entry.path, parameters.join(",")));
    }
    shown.sort();
    assert_eq!(shown, ["/find query:q", "/save body:body,form:note"]);
}

#[test]
fn hono_chains_and_mounts() {
    let index = "
import { Hono } from 'hono';
import { logger } from 'hono/logger';
import { bearerAuth } from 'hono/bearer-auth';
import { other } from 'some-library';
import items from './items';
const app = new Hono();
app.use(logger());
app.get('/open', (c) => c.json({}));
app.get('/token', bearerAuth({ token: process.env.TOKEN }), (c) => c.json({}));
app.on(['PUT', 'DELETE'], '/both', (c) => c.json({}));
app.use('/odd/*', other());
app.get('/odd/x', (c) => c.json({}));
app.route('/items', items);
export default app;
";
    let items = "
import { Hono } from 'hono';
export default new Hono().get('/', (c) => c.json([])).post('/:id', (c) => c.json({}));
";
    check(
        &[("index.ts", index), ("items.ts", items)],
        &[
            "DELETE /both false C",
            "GET /items false C",
            "GET /odd/x unknown",
            "GET /open false C",
            "GET /token true X",
            "POST /items/{id} false C",
            "PUT /both false C",
        ],
    );
}

/// Who calls it says no word of any library, and is not read: a function that is bound to a name is as good as one that has it.
#[test]
fn a_function_that_is_bound_to_a_name_runs_where_nobody_is_seen_to_call_it() {
    let app = "import express from 'express';\nimport lists from './routes/lists';\nexport const createApp = async () => {\n  const app = express();\n  app.use('/lists', lists);\n  return app;\n};\n";
    let lists =
        "import express from 'express';\nconst router = express.Router();\nrouter.get('/:id', async (req, res) => { res.json(1); });\nexport default router;\n";
    check(&[("src/app.ts", app), ("src/routes/lists.ts", lists)], &["GET /lists/{id} false C"]);
}
