//! What code says of a way in beside its path and who may call it. Each is claimed only where it is seen; what is
//! not seen stays unknown.

#![allow(clippy::unwrap_used)]

mod common;

use common::composed;
use threatline_model::Value;

/// Every way in with the properties that code says of it, each with the line that says it.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let mut out = Vec::new();
    for entry in &composed(files).entries {
        let name = format!("{} {}", entry.method.as_deref().unwrap_or("*"), entry.path);
        let properties: Vec<String> = entry
            .properties
            .iter()
            .filter(|(property, ..)| !matches!(property.name(), "role_check" | "rate_limited" | "request_size_limited" | "pagination_bounded"))
            .map(|(property, value, place)| format!("{}={} by {}: {}", property.name(), *value == Value::Flag(true), place.by, common::line(files, place)))
            .collect();
        out.push(if properties.is_empty() { name } else { format!("{name} | {}", properties.join(" | ")) });
    }
    out.sort();
    out
}

#[test]
fn a_file_is_taken_where_middleware_of_express_or_the_handler_reads_one() {
    let app = "
const express = require('express')
const multer = require('multer')
const upload = multer({ dest: 'uploads/' })
const app = express()
app.post('/avatar', upload.single('avatar'), (req, res) => res.send('ok'))
app.post('/fields', upload.none(), (req, res) => res.send(req.body.name))
app.post('/many', (req, res) => save(req, res))
app.get('/plain', (req, res) => res.send(req.query.file))

function save(req, res) {
  const all = req.files
  res.send(all[0].name)
}
";
    assert_eq!(
        said(&[("app.js", app), ("package.json", "{}")]),
        [
            "GET /plain",
            "POST /avatar | accepts_file=true by express: app.post('/avatar', upload.single('avatar'), (req, res) => res.send('ok'))",
            "POST /fields",
            "POST /many | accepts_file=true by express: const all = req.files",
        ]
    );
}

#[test]
fn a_file_is_taken_where_a_parameter_is_one() {
    let nest = "
import { Controller, Post, UploadedFile, UseInterceptors, Body } from '@nestjs/common'
import { FileInterceptor } from '@nestjs/platform-express'
@Controller('docs')
export class Docs {
  @Post('up')
  @UseInterceptors(FileInterceptor('file'))
  up(@UploadedFile() file: Express.Multer.File) { return 'ok' }
  @Post('plain')
  plain(@Body() body: any) { return 'ok' }
}
";
    assert_eq!(
        said(&[("docs.ts", nest), ("package.json", "{}")]),
        ["POST /docs/plain", "POST /docs/up | accepts_file=true by nestjs: up(@UploadedFile() file: Express.Multer.File) { return 'ok' }"]
    );
    let fast = "
from typing import Annotated, Optional, List
from fastapi import FastAPI, UploadFile, File
app = FastAPI()
@app.post('/one')
async def one(file: UploadFile): ...
@app.post('/many')
async def many(files: Optional[List[UploadFile]] = None): ...
@app.post('/bytes')
async def raw(data: Annotated[bytes, File()]): ...
@app.post('/default')
async def default(data: bytes = File(...)): ...
@app.post('/none')
async def none(name: str): ...
";
    assert_eq!(
        said(&[("app.py", fast)]),
        [
            "POST /bytes | accepts_file=true by fastapi: async def raw(data: Annotated[bytes, File()]): ...",
            "POST /default | accepts_file=true by fastapi: async def default(data: bytes = File(...)): ...",
            "POST /many | accepts_file=true by fastapi: async def many(files: Optional[List[UploadFile]] = None): ...",
            "POST /none",
            "POST /one | accepts_file=true by fastapi: async def one(file: UploadFile): ...",
        ]
    );
    let spring = "
package shop;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.multipart.MultipartFile;
import java.util.List;
@RestController
class Files {
    @PostMapping(\"/one\")
    String one(@RequestParam(\"file\") MultipartFile file) { return \"\"; }
    @PostMapping(\"/many\")
    String many(@RequestParam List<MultipartFile> files) { return \"\"; }
    @PostMapping(\"/plain\")
    String plain(@RequestParam String file) { return \"\"; }
}
";
    assert_eq!(
        said(&[("Files.java", spring)]).iter().map(|line| line.split(": ").next().unwrap().to_owned()).collect::<Vec<_>>(),
        ["POST /many | accepts_file=true by spring-web", "POST /one | accepts_file=true by spring-web", "POST /plain"]
    );
    let dotnet = "
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Http;
[ApiController]
[Route(\"files\")]
public class FilesController : ControllerBase {
    [HttpPost(\"up\")]
    public IActionResult Up(IFormFile file) { return Ok(); }
    [HttpPost(\"form\")]
    public IActionResult Form() { var one = Request.Form.Files[0]; return Ok(); }
    [HttpPost(\"plain\")]
    public IActionResult Plain(string file) { return Ok(); }
}
";
    assert_eq!(
        said(&[("Files.cs", dotnet)]).iter().map(|line| line.split(": ").next().unwrap().to_owned()).collect::<Vec<_>>(),
        ["POST /files/form | accepts_file=true by aspnetcore", "POST /files/plain", "POST /files/up | accepts_file=true by aspnetcore"]
    );
    let axum = "
use axum::{extract::{Multipart, Path}, routing::post, Router};
async fn up(mut form: Multipart) {}
async fn plain(Path(id): Path<u32>) {}
pub fn app() -> Router { Router::new().route(\"/up\", post(up)).route(\"/plain\", post(plain)) }
";
    assert_eq!(said(&[("main.rs", axum)]), ["POST /plain", "POST /up | accepts_file=true by axum: async fn up(mut form: Multipart) {}"]);
}

#[test]
fn a_file_is_taken_where_a_handler_reads_one() {
    let flask = "
from flask import Flask, request
app = Flask(__name__)
@app.post('/up')
def up():
    file = request.files['file']
    return file.filename
@app.post('/plain')
def plain():
    return request.form['file']
";
    assert_eq!(said(&[("app.py", flask)]), ["POST /plain", "POST /up | accepts_file=true by flask: file = request.files['file']"]);
    let gin = "
package main
import \"github.com/gin-gonic/gin\"
func up(c *gin.Context) {
	file, _ := c.FormFile(\"file\")
	c.SaveUploadedFile(file, \"x\")
}
func plain(c *gin.Context) { c.PostForm(\"file\") }
func main() {
	r := gin.Default()
	r.POST(\"/up\", up)
	r.POST(\"/plain\", plain)
}
";
    assert_eq!(said(&[("main.go", gin)]), ["POST /plain", "POST /up | accepts_file=true by gin: file, _ := c.FormFile(\"file\")"]);
    let laravel = "<?php
use Illuminate\\Http\\Request;
use Illuminate\\Support\\Facades\\Route;
Route::post('/up', function (Request $request) { return $request->file('avatar')->store('avatars'); });
Route::post('/plain', function (Request $request) { return $request->input('avatar'); });
";
    assert_eq!(
        said(&[("routes/web.php", laravel)]),
        [
            "POST /plain",
            "POST /up | accepts_file=true by laravel-requests: Route::post('/up', function (Request $request) { return $request->file('avatar')->store('avatars'); });"
        ]
    );
    let page = "<?php\nmove_uploaded_file($_FILES['avatar']['tmp_name'], 'x');\n";
    assert_eq!(said(&[("up.php", page)]), ["GET /up.php", "POST /up.php | accepts_file=true by php: move_uploaded_file($_FILES['avatar']['tmp_name'], 'x');"]);
    let rails = "
class DocsController < ApplicationController
  def up
    file = params[:file]
    File.binwrite('x', file.read) if file.original_filename
  end
  def plain
    Doc.create(name: params[:file])
  end
end
";
    let routes = "Rails.application.routes.draw do\n  post '/up', to: 'docs#up'\n  post '/plain', to: 'docs#plain'\nend\n";
    assert_eq!(
        said(&[("app/controllers/docs_controller.rb", rails), ("config/routes.rb", routes)]),
        ["POST /plain", "POST /up | accepts_file=true by rack: file = params[:file]"]
    );
    let sinatra = "
require 'sinatra'
post '/up' do
  params[:file][:tempfile].read
end
post '/plain' do
  params[:file][:name]
end
";
    assert_eq!(said(&[("app.rb", sinatra)]), ["POST /plain", "POST /up | accepts_file=true by rack: params[:file][:tempfile].read"]);
}

/// The names and values of what is said, without where.
fn named(files: &[(&str, &str)]) -> Vec<String> {
    let plain = |line: String| {
        // whose record it is has tests of its own
        let parts = line.split(" | ").filter(|part| !part.starts_with("owner_check"));
        let parts = parts.enumerate().map(|(at, part)| if at == 0 { part } else { part.split(" by ").next().unwrap() }.to_owned());
        parts.collect::<Vec<_>>().join(" ")
    };
    said(files).into_iter().map(plain).collect()
}

#[test]
fn who_reads_a_providers_signature_is_called_by_that_provider() {
    let express = "
const express = require('express')
const crypto = require('crypto')
const stripe = require('stripe')(process.env.KEY)
const app = express()
app.post('/compared', (req, res) => {
  const sent = req.headers['x-hub-signature-256']
  const own = crypto.createHmac('sha256', process.env.SECRET).update(req.rawBody).digest('hex')
  if (!crypto.timingSafeEqual(Buffer.from(sent), Buffer.from(own))) {
    return res.status(401).send('no')
  }
  res.send('ok')
})
app.post('/called', (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], process.env.S)
  res.send('ok')
})
app.post('/shown', (req, res) => {
  console.log(req.headers['stripe-signature'])
  res.send('ok')
})
app.post('/anybodys', (req, res) => res.send(req.headers['x-signature']))
app.get('/list', (req, res) => res.send(req.headers['stripe-signature']))
";
    assert_eq!(
        named(&[("app.js", express), ("package.json", "{}")]),
        [
            "GET /list",
            "POST /anybodys",
            "POST /called signature_verified=true webhook=true",
            "POST /compared webhook=true signature_verified=true",
            "POST /shown webhook=true",
        ]
    );
}

#[test]
fn webhooks_are_known_in_other_languages() {
    let flask = "
import stripe
from flask import Flask, request
app = Flask(__name__)
@app.post('/stripe')
def hook():
    event = stripe.Webhook.construct_event(request.data, request.headers.get('Stripe-Signature'), SECRET)
    return ''
@app.post('/github')
def github():
    return request.headers['X-Hub-Signature']
@app.post('/plain')
def plain():
    return request.headers['X-Request-Id']
";
    assert_eq!(named(&[("app.py", flask)]), ["POST /github webhook=true", "POST /plain", "POST /stripe signature_verified=true webhook=true"]);
    let spring = "
package shop;
import com.stripe.net.Webhook;
import org.springframework.web.bind.annotation.*;
@RestController
class Hooks {
    @PostMapping(\"/stripe\")
    String hook(@RequestBody String body, @RequestHeader(\"Stripe-Signature\") String signature) {
        Webhook.constructEvent(body, signature, \"x\");
        return \"\";
    }
    @PostMapping(\"/plain\")
    String plain(@RequestBody String body, @RequestHeader(\"X-Trace\") String trace) { return \"\"; }
}
";
    assert_eq!(named(&[("Hooks.java", spring)]), ["POST /plain", "POST /stripe signature_verified=true webhook=true"]);
    let go = "
package main
import (
	\"io\"
	\"net/http\"
	\"github.com/stripe/stripe-go/v76/webhook\"
)
func hook(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	event, err := webhook.ConstructEvent(body, r.Header.Get(\"Stripe-Signature\"), secret)
	if err != nil {
		w.WriteHeader(400)
		return
	}
	handle(event)
}
func plain(w http.ResponseWriter, r *http.Request) { r.Header.Get(\"X-Trace\") }
func main() {
	http.HandleFunc(\"POST /stripe\", hook)
	http.HandleFunc(\"POST /plain\", plain)
}
";
    assert_eq!(named(&[("main.go", go)]), ["POST /plain", "POST /stripe signature_verified=true webhook=true"]);
    let dotnet = "
using Microsoft.AspNetCore.Mvc;
using Stripe;
[ApiController]
[Route(\"hooks\")]
public class HooksController : ControllerBase {
    [HttpPost(\"stripe\")]
    public IActionResult Hook() {
        var one = EventUtility.ConstructEvent(json, Request.Headers[\"Stripe-Signature\"], secret);
        return Ok();
    }
    [HttpPost(\"plain\")]
    public IActionResult Plain() { return Ok(Request.Headers[\"X-Trace\"]); }
}
";
    assert_eq!(named(&[("Hooks.cs", dotnet)]), ["POST /hooks/plain", "POST /hooks/stripe signature_verified=true webhook=true"]);
    let rails = "
class HooksController < ApplicationController
  def stripe
    event = Stripe::Webhook.construct_event(request.body.read, request.headers['Stripe-Signature'], secret)
    head :ok
  end
  def github
    head :ok if request.headers['X-Hub-Signature-256']
  end
  def plain
    head :ok
  end
end
";
    let routes = "Rails.application.routes.draw do\n  post '/stripe', to: 'hooks#stripe'\n  post '/github', to: 'hooks#github'\n  post '/plain', to: 'hooks#plain'\nend\n";
    assert_eq!(
        named(&[("app/controllers/hooks_controller.rb", rails), ("config/routes.rb", routes)]),
        ["POST /github webhook=true", "POST /plain", "POST /stripe signature_verified=true webhook=true"]
    );
    let laravel = "<?php
use Illuminate\\Http\\Request;
use Illuminate\\Support\\Facades\\Route;
use Stripe\\Webhook;
Route::post('/stripe', function (Request $request) {
    $event = Webhook::constructEvent($request->getContent(), $request->header('Stripe-Signature'), 's');
    return 'ok';
});
Route::post('/plain', function (Request $request) { return $request->header('X-Trace'); });
";
    assert_eq!(named(&[("routes/api.php", laravel)]), ["POST /api/plain", "POST /api/stripe signature_verified=true webhook=true"]);
    let axum = "
use axum::{http::HeaderMap, routing::post, Router};
async fn hook(headers: HeaderMap, body: String) { let sent = headers.get(\"x-hub-signature-256\"); }
async fn plain(headers: HeaderMap) { let sent = headers.get(\"x-trace\"); }
pub fn app() -> Router { Router::new().route(\"/hook\", post(hook)).route(\"/plain\", post(plain)) }
";
    assert_eq!(named(&[("main.rs", axum)]), ["POST /hook webhook=true", "POST /plain"]);
}

#[test]
fn a_body_as_it_is_fills_a_record_with_fields_that_are_not_the_callers() {
    let models = "
const mongoose = require('mongoose')
const User = mongoose.model('User', new mongoose.Schema({ name: String, role: { type: String } }))
const Note = mongoose.model('Note', new mongoose.Schema({ title: String, text: String }))
module.exports = { User, Note }
";
    let express = "
const express = require('express')
const { User, Note } = require('./models')
const app = express()
app.post('/users', async (req, res) => { await User.create(req.body) })
app.put('/users/:id', async (req, res) => {
  const changes = req.body
  await User.findByIdAndUpdate(req.params.id, changes)
})
app.post('/made', async (req, res) => { const one = new User(req.body) })
app.post('/chosen', async (req, res) => { await User.create({ name: req.body.name }) })
app.post('/part', async (req, res) => { await User.create(req.body.user) })
app.post('/notes', async (req, res) => { await Note.create(req.body) })
app.post('/found', async (req, res) => { await User.find(req.body) })
";
    assert_eq!(
        named(&[("app.js", express), ("models.js", models), ("package.json", "{}")]),
        [
            "POST /chosen",
            "POST /found",
            "POST /made mass_binding=true",
            "POST /notes",
            "POST /part",
            "POST /users mass_binding=true",
            "PUT /users/{id} mass_binding=true",
        ]
    );
    let laravel = "<?php
use Illuminate\\Http\\Request;
use Illuminate\\Support\\Facades\\Route;
use Illuminate\\Database\\Eloquent\\Model;
class User extends Model { protected $fillable = ['name', 'is_admin']; }
class Note extends Model { protected $fillable = ['title']; }
class Open extends Model { protected $guarded = []; }
class Plain extends Model { }
Route::post('/users', function (Request $request) { return User::create($request->all()); });
Route::post('/notes', function (Request $request) { return Note::create($request->all()); });
Route::post('/open', function (Request $request) { $all = $request->all(); return Open::create($all); });
Route::post('/plain', function (Request $request) { return Plain::create($request->all()); });
Route::post('/some', function (Request $request) { return User::create($request->only('name')); });
";
    assert_eq!(
        named(&[("routes/web.php", laravel)]),
        ["POST /notes", "POST /open mass_binding=true", "POST /plain", "POST /some", "POST /users mass_binding=true"]
    );
    let django = "
from django.db import models
from django.urls import path
from rest_framework.decorators import api_view
class Account(models.Model):
    name = models.CharField()
    is_staff = models.BooleanField()
class Note(models.Model):
    title = models.CharField()
@api_view(['POST'])
def accounts(request):
    return Account.objects.create(**request.data)
@api_view(['POST'])
def made(request):
    Account(**request.data).save()
@api_view(['POST'])
def notes(request):
    return Note.objects.create(**request.data)
@api_view(['POST'])
def named(request):
    return Account.objects.create(name=request.data['name'])
urlpatterns = [path('accounts', accounts), path('made', made), path('notes', notes), path('named', named)]
";
    assert_eq!(named(&[("urls.py", django)]), ["POST /accounts mass_binding=true", "POST /made mass_binding=true", "POST /named", "POST /notes"]);
}

const SPRING_MANIFEST: (&str, &str) = (
    "pom.xml",
    "<project><artifactId>shop</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>",
);

/// A shop in Spring where every route demands a signed-in caller; `body` is what the service does with an order's number.
fn spring_shop(body: &str) -> Vec<String> {
    let security = "package shop;
import org.springframework.context.annotation.*;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
@Configuration
public class Security {
    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(all -> all.anyRequest().authenticated()).build();
    }
}
";
    let controller = "package shop;
import org.springframework.web.bind.annotation.*;
@RestController
public class Orders {
    private final OrderService service;
    Orders(OrderService service) { this.service = service; }
    @GetMapping(\"/orders/{id}\")
    public Order order(@PathVariable Long id) { return service.order(id); }
}
";
    let service = format!(
        "package shop;
import org.springframework.stereotype.Service;
@Service
public class OrderService {{
    private final OrderRepository orders;
    OrderService(OrderRepository orders) {{ this.orders = orders; }}
    public Order order(Long id) {{
{body}
    }}
}}
"
    );
    let repository = "package shop;
import org.springframework.data.jpa.repository.JpaRepository;
public interface OrderRepository extends JpaRepository<Order, Long> { }
";
    said(&[
        SPRING_MANIFEST,
        ("src/main/java/shop/Security.java", security),
        ("src/main/java/shop/Orders.java", controller),
        ("src/main/java/shop/OrderService.java", &service),
        ("src/main/java/shop/OrderRepository.java", repository),
    ])
}

#[test]
fn whose_record_it_is_is_not_asked_where_nothing_down_to_the_store_speaks_of_a_caller() {
    let body = "        Order order = orders.findById(id).orElseThrow(() -> new NotFound(Messages.NO_USER));
        log.info(\"owner \" + order.getOwner().getName());
        return order;";
    assert_eq!(
        spring_shop(body),
        ["GET /orders/{id} | owner_check=false by code: Order order = orders.findById(id).orElseThrow(() -> new NotFound(Messages.NO_USER));"]
    );
}

#[test]
fn whose_record_it_is_is_not_known_where_anything_may_be_the_caller() {
    for body in [
        "        return orders.findByIdAndOwner(id, SecurityContextHolder.getContext().getAuthentication().getName());",
        "        return check(orders.findById(id), AccessRules.current());",
        "        return guardian.permitted(orders.findById(id).get());",
    ] {
        assert_eq!(spring_shop(body), ["GET /orders/{id}"], "{body}");
    }
    // and nothing is looked up
    assert_eq!(spring_shop("        return new Order(id);"), ["GET /orders/{id}"]);
}

#[test]
fn records_of_models_are_somebodys_too() {
    let express = "
const express = require('express')
const jwt = require('jsonwebtoken')
const mongoose = require('mongoose')
const Note = mongoose.model('Note', new mongoose.Schema({ title: String }))
const app = express()
const signedIn = (req, res, next) => {
  try { req.user = jwt.verify(req.headers.authorization, process.env.KEY); next() } catch (error) { res.status(401).end() }
}
app.get('/notes/:id', signedIn, async (req, res) => { res.json(await Note.findById(req.params.id)) })
app.get('/own/:id', signedIn, async (req, res) => { res.json(await Note.findOne({ _id: req.params.id, by: req.user.id })) })
app.get('/after/:id', signedIn, async (req, res) => {
  const note = await Note.findById(req.params.id)
  if (!note.by.equals(res.locals.me)) return res.status(403).end()
  res.json(note)
})
app.get('/handed/:id', signedIn, async (req, res) => { res.json(await lookUp(req)) })
app.get('/other/:id', signedIn, async (req, res) => {
  const note = await get(req.params.id)
  if (note.by !== req.session.get('who')) return res.status(403).end()
  res.json(note)
})
app.get('/through/:id', signedIn, async (req, res) => { res.json(await get(req.params.id)) })
function get(id) { return Note.findById(id) }
";
    let django = "
from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path

class Note(models.Model):
    title = models.CharField(max_length=10)

@login_required
def note(request, pk):
    return JsonResponse({'title': get_object_or_404(Note, pk=pk).title})

@login_required
def named(request, pk):
    found = Note.objects.get(pk=pk)
    return JsonResponse({'title': found.title, 'owner': found.owner.name})

@login_required
def own(request, pk):
    return JsonResponse({'title': get_object_or_404(Note, pk=pk, owner=request.user).title})

urlpatterns = [path('notes/<int:pk>', note), path('named/<int:pk>', named), path('own/<int:pk>', own)]
";
    let of = |line: &str| line.split(" by ").next().unwrap().to_owned();
    assert_eq!(
        said(&[("app.js", express), ("package.json", "{}")]).iter().map(|line| of(line)).collect::<Vec<_>>(),
        [
            "GET /after/{id}",
            "GET /handed/{id}",
            "GET /notes/{id} | owner_check=false",
            "GET /other/{id}",
            "GET /own/{id}",
            "GET /through/{id} | owner_check=false"
        ]
    );
    assert_eq!(
        said(&[("shop/urls.py", django), ("shop/settings.py", "MIDDLEWARE = []\nROOT_URLCONF = 'shop.urls'\n"), ("requirements.txt", "django")])
            .iter()
            .map(|line| of(line))
            .collect::<Vec<_>>(),
        ["* /named/{pk} | owner_check=false", "* /notes/{pk} | owner_check=false", "* /own/{pk}"]
    );
}
