//! How large a request may be and how many records it may ask for, as code says it.

#![allow(clippy::unwrap_used)]

mod common;

use common::composed;
use threatline_model::{Property, Value};

/// Every way in with what is said of it by these properties.
fn said(files: &[(&str, &str)], asked: Property) -> Vec<String> {
    let mut out = Vec::new();
    for entry in &composed(files).entries {
        let found = entry.properties.iter().find(|(property, ..)| *property == asked);
        let found = found.map(|(_, value, _)| if *value == Value::Flag(true) { " yes" } else { " no" }).unwrap_or_default();
        out.push(format!("{} {}{found}", entry.method.as_deref().unwrap_or("*"), entry.path));
    }
    out.sort();
    out
}

fn sizes(files: &[(&str, &str)]) -> Vec<String> {
    said(files, Property::RequestSizeLimited)
}

fn pages(files: &[(&str, &str)]) -> Vec<String> {
    said(files, Property::PaginationBounded)
}

#[test]
fn parsers_of_express_limit_what_they_read_and_multer_only_where_it_is_told() {
    let app = "
const express = require('express')
const multer = require('multer')
const upload = multer({ dest: 'uploads/' })
const small = multer({ dest: 'uploads/', limits: { fileSize: 1000 } })
const app = express()
app.post('/before', (req, res) => res.send('x'))
app.use(express.json({ limit: '1mb' }))
app.get('/read', (req, res) => res.send('x'))
app.post('/json', (req, res) => res.send('x'))
app.post('/any', upload.single('a'), (req, res) => res.send('x'))
app.post('/small', small.single('a'), (req, res) => res.send('x'))
app.post('/configured', multer(options).single('a'), (req, res) => res.send('x'))
app.post('/counted', multer({ limits: { files: 2 } }).array('a'), (req, res) => res.send('x'))
app.post('/endless', express.json({ limit: Infinity }), (req, res) => res.send('x'))
";
    assert_eq!(
        sizes(&[("app.js", app), ("package.json", "{}")]),
        ["GET /read", "POST /any no", "POST /before", "POST /configured", "POST /counted", "POST /endless no", "POST /json yes", "POST /small yes"]
    );
}

#[test]
fn an_application_says_it_for_all_of_its_routes() {
    let fastify = "
const fastify = require('fastify')({ bodyLimit: 1000 })
fastify.post('/a', async (request, reply) => 'x')
fastify.register(require('./routes'))
";
    let routes = "module.exports = async function (fastify) { fastify.post('/b', async (request) => 'x') }\n";
    assert_eq!(sizes(&[("app.js", fastify), ("routes.js", routes), ("package.json", "{}")]), ["POST /a yes", "POST /b yes"]);
    let flask = |set: &str| {
        format!("from flask import Flask\nfrom settings import Settings, Bare\napp = Flask(__name__)\n{set}\n@app.post('/a')\ndef a(): return 'x'\n")
    };
    let settings = "class Settings:\n    MAX_CONTENT_LENGTH = 1000\nclass Bare:\n    DEBUG = False\n";
    for (set, says) in [
        ("app.config['MAX_CONTENT_LENGTH'] = 16 * 1024", "POST /a yes"),
        ("app.config.update(MAX_CONTENT_LENGTH=16)", "POST /a yes"),
        ("app.config.from_object(Settings)", "POST /a yes"),
        ("app.config.from_object(Bare)", "POST /a"),
        ("app.config['MAX_CONTENT_LENGTH'] = None", "POST /a"),
        ("app.config['DEBUG'] = True", "POST /a"),
    ] {
        assert_eq!(sizes(&[("app.py", &flask(set)), ("settings.py", settings)]), [says], "{set}");
    }
    let fiber = "
package main
import \"github.com/gofiber/fiber/v2\"
func main() {
	app := fiber.New(fiber.Config{BodyLimit: 10})
	app.Post(\"/a\", func(c *fiber.Ctx) error { return nil })
}
";
    assert_eq!(sizes(&[("main.go", fiber)]), ["POST /a yes"]);
}

#[test]
fn what_is_written_nearer_decides() {
    let dotnet = "
using Microsoft.AspNetCore.Mvc;
[ApiController]
[Route(\"files\")]
public class FilesController : ControllerBase {
    [HttpPost(\"up\")] [RequestSizeLimit(1000)] public IActionResult Up(IFormFile file) { return Ok(); }
    [HttpPost(\"any\")] [DisableRequestSizeLimit] public IActionResult Any(IFormFile file) { return Ok(); }
    [HttpPost(\"plain\")] public IActionResult Plain(string file) { return Ok(); }
}
";
    assert_eq!(sizes(&[("Files.cs", dotnet)]), ["POST /files/any no", "POST /files/plain", "POST /files/up yes"]);
    let axum = "
use axum::{extract::{DefaultBodyLimit, Multipart}, routing::post, Json, Router};
async fn up(mut form: Multipart) {}
async fn json(Json(order): Json<Order>) {}
async fn none() {}
pub fn app() -> Router {
    let open = Router::new().route(\"/open\", post(up)).layer(DefaultBodyLimit::disable());
    let told = Router::new().route(\"/told\", post(none)).layer(DefaultBodyLimit::max(1000));
    Router::new().merge(open).merge(told).route(\"/json\", post(json)).route(\"/none\", post(none))
}
";
    assert_eq!(sizes(&[("main.rs", axum)]), ["POST /json yes", "POST /none", "POST /open no", "POST /told yes"]);
    let django = |settings: &str| {
        let urls = "
from django.urls import path
from django.http import JsonResponse
def form(request):
    return JsonResponse({'a': request.POST['x']})
def file(request):
    return JsonResponse({'a': request.POST['x'], 'b': request.FILES['y']})
urlpatterns = [path('form', form), path('file', file)]
";
        sizes(&[("shop/urls.py", urls), ("shop/settings.py", settings), ("requirements.txt", "django")])
    };
    assert_eq!(django("ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = []\n"), ["* /file", "* /form yes"]);
    assert_eq!(django("ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = []\nDATA_UPLOAD_MAX_MEMORY_SIZE = None\n"), ["* /file", "* /form no"]);
}

#[test]
fn a_reader_or_what_stands_around_a_handler_limits_it() {
    let go = "
package main
import \"net/http\"
func up(w http.ResponseWriter, r *http.Request) { r.Body = http.MaxBytesReader(w, r.Body, 1<<20) }
func plain(w http.ResponseWriter, r *http.Request) { }
func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 100)
		next.ServeHTTP(w, r)
	})
}
func main() {
	http.HandleFunc(\"POST /up\", up)
	http.HandleFunc(\"POST /plain\", plain)
	http.Handle(\"POST /wrapped\", limited(http.HandlerFunc(plain)))
	http.Handle(\"POST /handler\", http.MaxBytesHandler(http.HandlerFunc(plain), 100))
}
";
    assert_eq!(sizes(&[("main.go", go)]), ["POST /handler yes", "POST /plain", "POST /up yes", "POST /wrapped yes"]);
}

#[test]
fn a_page_has_an_end_where_the_parameter_is_declared_with_one() {
    let fast = "
from typing import Annotated
from fastapi import FastAPI, Query
from pydantic import BaseModel, Field
app = FastAPI()
class Bounded(BaseModel):
    limit: int = Field(100, gt=0, le=100)
@app.get('/default')
def default(limit: int = Query(10, le=100)): return []
@app.get('/beside')
def beside(limit: Annotated[int, Query(le=100)] = 10): return []
@app.get('/record')
def record(page: Annotated[Bounded, Query()]): return []
@app.get('/least')
def least(limit: int = Query(10, ge=1)): return []
@app.get('/other')
def other(age: int = Query(10, le=100)): return []
@app.post('/changed')
def changed(limit: int = Query(10, le=100)): return []
";
    assert_eq!(pages(&[("app.py", fast)]), ["GET /beside yes", "GET /default yes", "GET /least", "GET /other", "GET /record yes", "POST /changed"]);
    let nest = "
import { Controller, Get, Query } from '@nestjs/common'
import { Max, IsInt } from 'class-validator'
class Bounded { @IsInt() @Max(100) limit: number }
class Open { @IsInt() limit: number }
@Controller('docs')
export class Docs {
  @Get('bounded') bounded(@Query() page: Bounded) { return 'ok' }
  @Get('open') open(@Query() page: Open) { return 'ok' }
}
";
    assert_eq!(pages(&[("docs.ts", nest), ("package.json", "{}")]), ["GET /docs/bounded yes", "GET /docs/open"]);
    let fastify = "
const fastify = require('fastify')()
fastify.get('/list', { schema: { querystring: { type: 'object', properties: { limit: { type: 'integer', maximum: 100 } } } } }, async () => 'x')
fastify.get('/open', { schema: { querystring: { type: 'object', properties: { limit: { type: 'integer' } } } } }, async () => 'x')
";
    assert_eq!(pages(&[("app.js", fastify), ("package.json", "{}")]), ["GET /list yes", "GET /open"]);
}

#[test]
fn a_page_has_no_end_where_the_callers_number_reaches_the_query() {
    let express = "
const express = require('express')
const mongoose = require('mongoose')
const { PrismaClient } = require('@prisma/client')
const { z } = require('zod')
const { query } = require('express-validator')
const prisma = new PrismaClient()
const Note = mongoose.model('Note', new mongoose.Schema({ title: String }))
const Page = z.object({ limit: z.coerce.number().max(100) })
const validate = (schema) => (req, res, next) => { schema.parse(req.query); next() }
const app = express()
app.get('/open', async (req, res) => { res.json(await Note.find().limit(parseInt(req.query.limit))) })
app.get('/fallback', async (req, res) => { const limit = Number(req.query.limit) || 20; res.json(await Note.find({}).sort('x').limit(limit)) })
app.get('/prisma', async (req, res) => { res.json(await prisma.note.findMany({ take: Number(req.query.limit), skip: 0 })) })
app.get('/least', async (req, res) => { const limit = Math.min(Number(req.query.limit) || 20, 100); res.json(await Note.find({}).limit(limit)) })
app.get('/refused', async (req, res) => { const limit = Number(req.query.limit); if (limit > 100) return res.status(400).end(); res.json(await Note.find({}).limit(limit)) })
app.get('/cut', async (req, res) => { let limit = Number(req.query.limit); if (limit > 100) limit = 100; res.json(await Note.find({}).limit(limit)) })
app.get('/chosen', async (req, res) => { const n = Number(req.query.limit); res.json(await Note.find({}).limit(n > 100 ? 100 : n)) })
app.get('/parsed', async (req, res) => { const page = Page.parse(req.query); res.json(await Note.find({}).limit(page.limit)) })
app.get('/validated', validate(Page), async (req, res) => { res.json(await Note.find({}).limit(Number(req.query.limit))) })
app.get('/checked', query('limit').isInt({ max: 100 }), async (req, res) => { res.json(await Note.find({}).limit(Number(req.query.limit))) })
app.get('/fixed', async (req, res) => { res.json(await Note.find({}).limit(50)) })
";
    assert_eq!(
        pages(&[("app.js", express), ("package.json", "{}")]),
        [
            "GET /checked",
            "GET /chosen",
            "GET /cut",
            "GET /fallback no",
            "GET /fixed",
            "GET /least yes",
            "GET /open no",
            "GET /parsed yes",
            "GET /prisma no",
            "GET /refused",
            "GET /validated",
        ]
    );
    let fast = "
from fastapi import FastAPI, Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from db import get_db, Item
app = FastAPI()
@app.get('/open')
def open_(skip: int = 0, limit: int = 100, db: Session = Depends(get_db)):
    return db.query(Item).offset(skip).limit(limit).all()
@app.get('/through')
def through(limit: int = 100, db: Session = Depends(get_db)):
    return items(db, limit)
def items(db: Session, limit: int = 100):
    return db.scalars(select(Item).limit(limit)).all()
@app.get('/least')
def least(limit: int = 100, db: Session = Depends(get_db)):
    return items(db, max(1, min(limit, 100)))
@app.get('/chosen')
def chosen(limit: int = 100, db: Session = Depends(get_db)):
    return items(db, limit if limit <= 100 else 100)
@app.get('/refused')
def refused(limit: int = 100, db: Session = Depends(get_db)):
    if limit > 100:
        raise ValueError()
    return items(db, limit)
@app.get('/unused')
def unused(limit: int = 100): return []
";
    assert_eq!(pages(&[("app.py", fast)]), ["GET /chosen", "GET /least yes", "GET /open no", "GET /refused", "GET /through no", "GET /unused"]);
}

#[test]
fn pages_in_other_languages() {
    let spring = "
package shop;
import org.springframework.web.bind.annotation.*;
import org.springframework.data.domain.*;
import org.springframework.data.jpa.repository.JpaRepository;
import jakarta.validation.constraints.Max;
interface Repo extends JpaRepository<Item, Long> { }
@RestController
class Items {
    private final Repo repo;
    Items(Repo repo) { this.repo = repo; }
    @GetMapping(\"/pageable\") Page<Item> a(Pageable page) { return repo.findAll(page); }
    @GetMapping(\"/max\") Page<Item> b(@RequestParam @Max(100) int size) { return repo.findAll(PageRequest.of(0, size)); }
    @GetMapping(\"/open\") Page<Item> c(@RequestParam(defaultValue = \"20\") int size) { return repo.findAll(PageRequest.of(0, size)); }
    @GetMapping(\"/least\") Page<Item> d(@RequestParam int size) { return repo.findAll(PageRequest.of(0, Math.min(size, 100))); }
    @GetMapping(\"/endless\") Page<Item> e(@RequestParam @Max(Integer.MAX_VALUE) int size) { return repo.findAll(PageRequest.of(0, size)); }
}
";
    assert_eq!(pages(&[("Items.java", spring)]), ["GET /endless no", "GET /least yes", "GET /max yes", "GET /open no", "GET /pageable yes"]);
    let go = "
package main
import (
	\"strconv\"
	\"github.com/gin-gonic/gin\"
	\"gorm.io/gorm\"
)
var db *gorm.DB
func list(c *gin.Context) {
	limit, _ := strconv.Atoi(c.Query(\"limit\"))
	db.Limit(limit).Find(&out)
}
func capped(c *gin.Context) {
	limit, _ := strconv.Atoi(c.DefaultQuery(\"limit\", \"10\"))
	if limit > 100 {
		limit = 100
	}
	db.Limit(limit).Find(&out)
}
func main() {
	r := gin.Default()
	r.GET(\"/list\", list)
	r.GET(\"/capped\", capped)
}
";
    assert_eq!(pages(&[("main.go", go)]), ["GET /capped", "GET /list no"]);
    let axum = "
use axum::{extract::Query, routing::get, Router};
struct Page { limit: i64 }
async fn open(Query(page): Query<Page>) { items::table.limit(page.limit).load(conn); }
async fn least(Query(page): Query<Page>) { items::table.limit(page.limit.min(100)).load(conn); }
async fn chosen(Query(page): Query<Page>) { let n = if page.limit > 100 { 100 } else { page.limit }; items::table.limit(n).load(conn); }
pub fn app() -> Router { Router::new().route(\"/open\", get(open)).route(\"/least\", get(least)).route(\"/chosen\", get(chosen)) }
";
    assert_eq!(pages(&[("main.rs", axum)]), ["GET /chosen", "GET /least yes", "GET /open no"]);
    let rails = "
class DocsController < ApplicationController
  def open
    render json: Doc.limit(params[:limit])
  end
  def least
    render json: Doc.where(a: 1).limit([params[:limit].to_i, 100].min)
  end
end
";
    let routes = "Rails.application.routes.draw do\n  get '/open', to: 'docs#open'\n  get '/least', to: 'docs#least'\nend\n";
    let model = "class Doc < ApplicationRecord\nend\n";
    assert_eq!(
        pages(&[("app/controllers/docs_controller.rb", rails), ("config/routes.rb", routes), ("app/models/doc.rb", model)]),
        ["GET /least yes", "GET /open no"]
    );
    let laravel = "<?php
use Illuminate\\Http\\Request;
use Illuminate\\Support\\Facades\\Route;
use Illuminate\\Database\\Eloquent\\Model;
class Note extends Model { protected $fillable = ['title']; }
Route::get('/open', function (Request $request) { return Note::paginate($request->input('per_page', 15)); });
Route::get('/least', function (Request $request) { return Note::paginate(min($request->input('per_page', 15), 100)); });
Route::get('/fixed', function (Request $request) { return Note::paginate(15); });
";
    assert_eq!(pages(&[("routes/web.php", laravel)]), ["GET /fixed", "GET /least yes", "GET /open no"]);
}

#[test]
fn what_limits_how_often_one_may_come() {
    let fast = "
from fastapi import FastAPI, Request, Depends
from slowapi import Limiter
from slowapi.util import get_remote_address
from fastapi_limiter.depends import RateLimiter
limiter = Limiter(key_func=get_remote_address)
app = FastAPI()
@app.post('/slow')
@limiter.limit('5/minute')
def slow(request: Request): return []
@app.post('/depends', dependencies=[Depends(RateLimiter(times=2, seconds=5))])
def depends(): return []
@app.post('/open')
def open_(): return []
";
    assert_eq!(said(&[("app.py", fast)], Property::RateLimited), ["POST /depends yes", "POST /open", "POST /slow yes"]);
    let django = "
from django.urls import path
from django.http import HttpResponse
from django_ratelimit.decorators import ratelimit
@ratelimit(key='ip', rate='5/m')
def slow(request): return HttpResponse('x')
@ratelimit(key='ip', rate='5/m', block=False)
def counted(request): return HttpResponse('x')
urlpatterns = [path('slow', slow), path('counted', counted)]
";
    let settings = "ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = []\n";
    assert_eq!(
        said(&[("shop/urls.py", django), ("shop/settings.py", settings), ("requirements.txt", "django")], Property::RateLimited),
        ["* /counted", "* /slow yes"]
    );
    let hono = "
import { Hono } from 'hono'
import { rateLimiter } from 'hono-rate-limiter'
const app = new Hono()
app.post('/slow', rateLimiter({ limit: 5 }), (c) => c.text('x'))
app.post('/open', (c) => c.text('x'))
export default app
";
    assert_eq!(said(&[("app.ts", hono), ("package.json", "{}")], Property::RateLimited), ["POST /open", "POST /slow yes"]);
}
