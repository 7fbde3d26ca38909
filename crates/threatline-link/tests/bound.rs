//! What a request sends, written into a stored record as it is: claimed where the record has a field that is not the
//! caller's and nothing on the way chooses the fields.

#![allow(clippy::unwrap_used)]

mod common;

use common::composed;
use threatline_model::Property;

/// Every way in; with a star those whose callers set fields that are not theirs.
fn bound(files: &[(&str, &str)]) -> Vec<String> {
    let mut out = Vec::new();
    for entry in &composed(files).entries {
        let is_bound = entry.properties.iter().any(|(property, ..)| *property == Property::MassBinding);
        out.push(format!("{} {}{}", entry.method.as_deref().unwrap_or("*"), entry.path, if is_bound { " *" } else { "" }));
    }
    out.sort();
    out.retain(|line| !line.starts_with("GET"));
    out
}

#[test]
fn records_of_java_are_written_as_they_came() {
    let file0 = "
package shop;
import org.springframework.web.bind.annotation.*;
import org.springframework.data.jpa.repository.JpaRepository;
import jakarta.persistence.*;
import com.fasterxml.jackson.annotation.*;
@Entity class User { @Id Long id; String name; String role; public void setRole(String role) { this.role = role; } public String getRole() { return role; } }
@Entity class Hidden { @Id Long id; String name; @JsonIgnore String role; }
@Entity class Lomboked { @Id Long id; String name; String role; }
@Entity class Note { @Id Long id; String title; }
class UserDto { String name; }
interface Users extends JpaRepository<User, Long> { }
interface Hiddens extends JpaRepository<Hidden, Long> { }
interface Lombokeds extends JpaRepository<Lomboked, Long> { }
interface Notes extends JpaRepository<Note, Long> { }
@RestController
class A {
    private final Users users; private final Hiddens hiddens; private final Notes notes; private final Lombokeds lombokeds;
    A(Users users, Hiddens hiddens, Notes notes, Lombokeds lombokeds) { this.users = users; this.hiddens = hiddens; this.notes = notes; this.lombokeds = lombokeds; }
    @PostMapping(\"/users\") User a(@RequestBody User user) { return users.save(user); }
    @PostMapping(\"/set\") User b(@RequestBody User user) { user.setRole(\"USER\"); return users.save(user); }
    @PostMapping(\"/hidden\") Hidden c(@RequestBody Hidden user) { return hiddens.save(user); }
    @PostMapping(\"/notes\") Note d(@RequestBody Note note) { return notes.save(note); }
    @PostMapping(\"/dto\") User e(@RequestBody UserDto dto) { User user = new User(); user.name = dto.name; return users.save(user); }
    @PostMapping(\"/lombok\") Lomboked f(@RequestBody Lomboked user) { user.setRole(\"USER\"); return lombokeds.save(user); }
    @PostMapping(\"/lombok2\") Lomboked g(@RequestBody Lomboked user) { return lombokeds.save(user); }
    @PostMapping(\"/model\") String h(@ModelAttribute User user) { users.save(user); return \"\"; }
}
";
    let file1 = "<project><artifactId>shop</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>";
    assert_eq!(
        bound(&[("A.java", file0), ("pom.xml", file1)]),
        ["POST /dto", "POST /hidden", "POST /lombok", "POST /lombok2 *", "POST /model *", "POST /notes", "POST /set", "POST /users *"]
    );
}

#[test]
fn records_of_csharp_are_written_as_they_came() {
    let file0 = "
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using System.Text.Json.Serialization;
namespace Shop;
public class User { public int Id { get; set; } public string Name { get; set; } public bool IsAdmin { get; set; } }
public class Hidden { public int Id { get; set; } public string Name { get; set; } [JsonIgnore] public bool IsAdmin { get; set; } }
public class UserDto { public string Name { get; set; } }
public class ShopContext : DbContext { public DbSet<User> Users { get; set; } public DbSet<Hidden> Hiddens { get; set; } }
[ApiController]
[Route(\"users\")]
public class UsersController : ControllerBase {
    private readonly ShopContext _context;
    public UsersController(ShopContext context) { _context = context; }
    [HttpPost(\"a\")] public async Task<IActionResult> A(User user) { _context.Users.Add(user); await _context.SaveChangesAsync(); return Ok(); }
    [HttpPut(\"b\")] public IActionResult B([FromBody] User user) { _context.Update(user); return Ok(); }
    [HttpPost(\"set\")] public IActionResult C(User user) { user.IsAdmin = false; _context.Users.Add(user); return Ok(); }
    [HttpPost(\"hidden\")] public IActionResult D(Hidden user) { _context.Hiddens.Add(user); return Ok(); }
    [HttpPost(\"dto\")] public IActionResult E(UserDto dto) { var user = new User { Name = dto.Name }; _context.Users.Add(user); return Ok(); }
}
";
    assert_eq!(bound(&[("A.cs", file0)]), ["POST /users/a *", "POST /users/dto", "POST /users/hidden", "POST /users/set", "PUT /users/b *"]);
}

#[test]
fn records_of_go_are_written_as_they_came() {
    let file0 = "
package main
import (\"encoding/json\"; \"net/http\"; \"github.com/gin-gonic/gin\"; \"gorm.io/gorm\")
var db *gorm.DB
type User struct { ID uint; Name string; Role string `json:\"role\"` }
type Hidden struct { ID uint; Name string; Role string `json:\"-\"` }
type Note struct { Title string }
func a(c *gin.Context) { var user User; if err := c.ShouldBindJSON(&user); err != nil { return }; db.Create(&user) }
func set(c *gin.Context) { var user User; c.BindJSON(&user); user.Role = \"user\"; db.Create(&user) }
func hidden(c *gin.Context) { var user Hidden; c.BindJSON(&user); db.Create(&user) }
func note(c *gin.Context) { var note Note; c.BindJSON(&note); db.Create(&note) }
func made(c *gin.Context) { var note Note; c.BindJSON(&note); user := User{Name: note.Title}; db.Create(&user) }
func std(w http.ResponseWriter, r *http.Request) { var user User; json.NewDecoder(r.Body).Decode(&user); db.Save(&user) }
func main() {
	r := gin.Default()
	r.POST(\"/a\", a)
	r.POST(\"/set\", set)
	r.POST(\"/hidden\", hidden)
	r.POST(\"/note\", note)
	r.POST(\"/made\", made)
	http.HandleFunc(\"POST /std\", std)
}
";
    assert_eq!(bound(&[("main.go", file0)]), ["POST /a *", "POST /hidden", "POST /made", "POST /note", "POST /set", "POST /std *"]);
}

#[test]
fn serializers_and_forms_of_all_fields() {
    let file0 = "
from django.db import models
class Account(models.Model):
    name = models.CharField()
    is_staff = models.BooleanField()
class Note(models.Model):
    title = models.CharField()
";
    let file1 = "
from django.urls import path, include
from django.http import HttpResponse
from django import forms
from rest_framework import serializers, viewsets, routers
from rest_framework.decorators import api_view
from rest_framework.response import Response
from .models import Account, Note
class AllSerializer(serializers.ModelSerializer):
    class Meta:
        model = Account
        fields = '__all__'
class ReadSerializer(serializers.ModelSerializer):
    class Meta:
        model = Account
        fields = '__all__'
        read_only_fields = ['is_staff']
class SomeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Account
        fields = ['name']
class NoteSerializer(serializers.ModelSerializer):
    class Meta:
        model = Note
        fields = '__all__'
class AccountForm(forms.ModelForm):
    class Meta:
        model = Account
        fields = '__all__'
class Accounts(viewsets.ModelViewSet):
    queryset = Account.objects.all()
    serializer_class = AllSerializer
class Reads(viewsets.ModelViewSet):
    queryset = Account.objects.all()
    serializer_class = ReadSerializer
class Notes(viewsets.ModelViewSet):
    queryset = Note.objects.all()
    serializer_class = NoteSerializer
class Owned(viewsets.ModelViewSet):
    queryset = Account.objects.all()
    serializer_class = AllSerializer
    def perform_create(self, serializer):
        serializer.save(is_staff=False)
@api_view(['POST'])
def made(request):
    one = AllSerializer(data=request.data)
    one.is_valid(raise_exception=True)
    one.save()
    return Response(one.data)
@api_view(['POST'])
def some(request):
    one = SomeSerializer(data=request.data)
    one.save()
    return Response(one.data)
def form(request):
    one = AccountForm(request.POST)
    if one.is_valid():
        one.save()
    return HttpResponse('x')
router = routers.DefaultRouter()
router.register('accounts', Accounts)
router.register('reads', Reads)
router.register('notes', Notes)
router.register('owned', Owned)
urlpatterns = [path('', include(router.urls)), path('made', made), path('some', some), path('form', form)]
";
    let file2 = "MIDDLEWARE=[]
ROOT_URLCONF='shop.urls'
";
    let file3 = "django
djangorestframework
";
    assert_eq!(
        bound(&[("shop/models.py", file0), ("shop/urls.py", file1), ("shop/settings.py", file2), ("requirements.txt", file3)]),
        [
            "* /form *",
            "DELETE /accounts/{pk}",
            "DELETE /notes/{pk}",
            "DELETE /owned/{pk}",
            "DELETE /reads/{pk}",
            "PATCH /accounts/{pk} *",
            "PATCH /notes/{pk}",
            "PATCH /owned/{pk}",
            "PATCH /reads/{pk}",
            "POST /accounts *",
            "POST /made *",
            "POST /notes",
            "POST /owned",
            "POST /reads",
            "POST /some",
            "PUT /accounts/{pk} *",
            "PUT /notes/{pk}",
            "PUT /owned/{pk}",
            "PUT /reads/{pk}"
        ]
    );
}

#[test]
fn models_of_python_take_what_they_are_made_with() {
    let file0 = "
from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
app = Flask(__name__)
db = SQLAlchemy(app)
class User(db.Model):
    name = db.Column(db.String)
    is_admin = db.Column(db.Boolean)
class Note(db.Model):
    title = db.Column(db.String)
@app.post('/a')
def a():
    db.session.add(User(**request.json))
@app.post('/b')
def b():
    data = request.get_json()
    user = User(**data)
    db.session.add(user)
@app.post('/named')
def named():
    user = User(name=request.json['name'])
@app.post('/note')
def note():
    Note(**request.json)
";
    assert_eq!(bound(&[("app.py", file0)]), ["POST /a *", "POST /b *", "POST /named", "POST /note"]);
}

#[test]
fn records_of_fastapi_are_tables_too() {
    let file0 = "
from fastapi import FastAPI, Depends
from sqlmodel import SQLModel, Session, Field
from sqlalchemy.orm import declarative_base
from db import get_session
app = FastAPI()
class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    is_admin: bool = False
class HeroCreate(SQLModel):
    name: str
@app.post('/a')
def a(hero: Hero, session: Session = Depends(get_session)):
    session.add(hero)
    session.commit()
    return hero
@app.post('/b')
def b(hero: HeroCreate, session: Session = Depends(get_session)):
    one = Hero.model_validate(hero)
    session.add(one)
";
    assert_eq!(bound(&[("app.py", file0)]), ["POST /a *", "POST /b"]);
}

#[test]
fn models_that_are_told_their_fields() {
    let file0 = "
const express = require('express')
const { Sequelize, DataTypes, Model } = require('sequelize')
const sequelize = new Sequelize('postgres://x')
const User = sequelize.define('User', { name: DataTypes.STRING, isAdmin: DataTypes.BOOLEAN })
class Account extends Model {}
Account.init({ name: DataTypes.STRING, role: DataTypes.STRING }, { sequelize })
class Note extends Model {}
Note.init({ title: DataTypes.STRING }, { sequelize })
const app = express()
app.post('/users', async (req, res) => { await User.create(req.body) })
app.post('/accounts', async (req, res) => { await Account.create(req.body) })
app.put('/accounts/:id', async (req, res) => { await Account.update(req.body, { where: { id: req.params.id } }) })
app.post('/notes', async (req, res) => { await Note.create(req.body) })
app.post('/named', async (req, res) => { await Account.create({ name: req.body.name }) })
app.post('/listed', async (req, res) => { await Account.create(req.body, { fields: ['name'] }) })
";
    let file1 = "{}";
    assert_eq!(
        bound(&[("app.js", file0), ("package.json", file1)]),
        ["POST /accounts *", "POST /listed", "POST /named", "POST /notes", "POST /users *", "PUT /accounts/{id} *"]
    );
}

#[test]
fn repositories_write_what_they_are_handed() {
    let file0 = "
import { Controller, Post, Body } from '@nestjs/common'
import { InjectRepository } from '@nestjs/typeorm'
import { Repository, Entity, Column } from 'typeorm'
@Entity() export class User { @Column() name: string; @Column() isAdmin: boolean }
export class CreateUser { name: string }
@Controller('users')
export class Users {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}
  @Post('a') a(@Body() user: User) { return this.users.save(user) }
  @Post('b') b(@Body() dto: CreateUser) { return this.users.save(dto) }
}
";
    let file1 = "{}";
    assert_eq!(bound(&[("a.ts", file0), ("package.json", file1)]), ["POST /users/a *", "POST /users/b"]);
}

#[test]
fn everything_is_permitted() {
    let file0 = "class User < ApplicationRecord
end
";
    let file1 = "
class UsersController < ApplicationController
  def a
    User.create(params.require(:user).permit!)
  end
  def b
    User.create(user_params)
  end
  def c
    User.create(params.require(:user).permit(:name))
  end
  def d
    user = User.find(params[:id])
    user.update(params[:user].permit!)
  end
  def e
    @user = User.new(params.permit!)
    @user.save
  end
  def user_params
    params.require(:user).permit!
  end
end
";
    let file2 = "Rails.application.routes.draw do
  post '/a', to: 'users#a'
  post '/b', to: 'users#b'
  post '/c', to: 'users#c'
  put '/d', to: 'users#d'
 post '/e', to: 'users#e'
end
";
    assert_eq!(
        bound(&[("app/models/user.rb", file0), ("app/controllers/users_controller.rb", file1), ("config/routes.rb", file2)]),
        ["POST /a *", "POST /b *", "POST /c", "POST /e *", "PUT /d *"]
    );
}

#[test]
fn lists_are_not_asked() {
    let file0 = "<?php
use Illuminate\\Http\\Request;
use Illuminate\\Support\\Facades\\Route;
use Illuminate\\Database\\Eloquent\\Model;
class User extends Model { protected $fillable = ['name']; }
class Open extends Model { protected $fillable = ['name', 'role']; }
Route::post('/forced', function (Request $request) { $user = new User; $user->forceFill($request->all())->save(); });
Route::put('/bound/{open}', function (Request $request, Open $open) { $open->update($request->all()); });
Route::post('/helper', function () { return Open::create(request()->all()); });
Route::post('/safe', function (Request $request) { return User::create($request->all()); });
Route::post('/validated', function (StoreRequest $request) { return Open::create($request->validated()); });
";
    assert_eq!(
        bound(&[("routes/api.php", file0)]),
        ["POST /api/forced *", "POST /api/helper *", "POST /api/safe", "POST /api/validated", "PUT /api/bound/{open} *"]
    );
}

/// What callers can rewrite of queries, as the program says it of itself.
fn rewritten(files: &[(&str, &str)]) -> Vec<String> {
    let composed = composed(files);
    let of_program = composed.traits.iter().filter(|found| found.property == Property::QueryFromInput).filter_map(|found| found.places.last());
    let of_calls = composed.calls.iter().flat_map(|call| &call.properties).filter(|(property, ..)| *property == Property::QueryFromInput);
    let mut out: Vec<String> = of_program.chain(of_calls.filter_map(|(_, _, places)| places.last())).map(|place| common::line(files, place)).collect();
    out.sort();
    out
}

#[test]
fn who_writes_the_whole_filter_says_what_is_looked_for() {
    let express = "
const express = require('express')
const mongoose = require('mongoose')
const Note = mongoose.model('Note', new mongoose.Schema({ title: String }))
const app = express()
app.post('/whole', async (req, res) => { res.json(await Note.find(req.body)) })
app.post('/chosen', async (req, res) => { res.json(await Note.find({ title: String(req.body.title) })) })
app.post('/made', async (req, res) => { res.json(await Note.create(req.body)) })
";
    assert_eq!(rewritten(&[("app.js", express), ("package.json", "{}")]), ["app.post('/whole', async (req, res) => { res.json(await Note.find(req.body)) })"]);
    let go = "
package main
import (
	\"context\"
	\"encoding/json\"
	\"io\"
	\"net/http\"
	\"go.mongodb.org/mongo-driver/bson\"
	\"go.mongodb.org/mongo-driver/mongo\"
)
type Server struct { client *mongo.Client }
type Code struct { Code string `json:\"code\"` }
func (s *Server) whole(w http.ResponseWriter, r *http.Request) {
	var filter bson.M
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	err = json.Unmarshal(body, &filter)
	find(s.client, filter)
}
func find(client *mongo.Client, filter bson.M) {
	client.Database(\"x\").Collection(\"y\").FindOne(context.TODO(), filter)
}
func (s *Server) chosen(w http.ResponseWriter, r *http.Request) {
	var code Code
	json.NewDecoder(r.Body).Decode(&code)
	s.client.Database(\"x\").Collection(\"y\").FindOne(context.TODO(), bson.M{\"code\": code.Code})
}
func main() {
	s := &Server{}
	http.HandleFunc(\"POST /whole\", s.whole)
	http.HandleFunc(\"POST /chosen\", s.chosen)
}
";
    assert_eq!(rewritten(&[("main.go", go)]), ["client.Database(\"x\").Collection(\"y\").FindOne(context.TODO(), filter)"]);
    let django = "
from django.urls import path
from django.db import connection, models
from rest_framework.views import APIView
from rest_framework.response import Response
class Account(models.Model):
    name = models.CharField()
class Joined(APIView):
    def post(self, request):
        body = request.data
        with connection.cursor() as cursor:
            cursor.execute('SELECT code FROM codes WHERE code = ' + body['code'])
class Bound(APIView):
    def post(self, request):
        with connection.cursor() as cursor:
            cursor.execute('SELECT code FROM codes WHERE code = %s', [request.data['code']])
class Raw(APIView):
    def get(self, request):
        return Response(list(Account.objects.raw('SELECT * FROM a WHERE n = %s' % request.GET['n'])))
urlpatterns = [path('joined', Joined.as_view()), path('bound', Bound.as_view()), path('raw', Raw.as_view())]
";
    assert_eq!(
        rewritten(&[("shop/urls.py", django), ("shop/settings.py", "ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = []\n"), ("requirements.txt", "django")]),
        [
            "cursor.execute('SELECT code FROM codes WHERE code = ' + body['code'])",
            "return Response(list(Account.objects.raw('SELECT * FROM a WHERE n = %s' % request.GET['n'])))"
        ]
    );
}
