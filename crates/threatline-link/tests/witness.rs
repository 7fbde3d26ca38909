//! From what a request brings to what is done by its words: claimed only where every step is seen.

#![allow(clippy::unwrap_used)]

mod common;

use common::composed;

/// Every claim: `property reads>happens`, places as the text of their lines.
fn claims(files: &[(&str, &str)]) -> Vec<String> {
    let found = composed(files);
    let of_calls = found.calls.iter().flat_map(|call| &call.properties).map(|(property, _, places)| (*property, places.clone()));
    let of_programs = found.traits.iter().map(|found| (found.property, found.places.clone()));
    let ends = ["_from_input", "deserializes"];
    let mut out: Vec<String> = of_calls
        .chain(of_programs)
        .filter(|(property, _)| ends.iter().any(|end| property.name().ends_with(end)))
        .map(|(property, places)| {
            let shown: Vec<String> = places.iter().map(|place| common::line(files, place)).collect();
            format!("{}: {}", property.name(), shown.join(" > "))
        })
        .collect();
    out.sort();
    out.dedup();
    out
}

/// Every claim with the line where it happens.
fn happens(files: &[(&str, &str)]) -> Vec<String> {
    let last = |claim: String| {
        let (property, places) = claim.split_once(": ").unwrap();
        format!("{property}: {}", places.rsplit(" > ").next().unwrap())
    };
    claims(files).into_iter().map(last).collect()
}

#[test]
fn words_of_a_request_become_part_of_a_query_in_flask() {
    let app = "
import os
import re
import psycopg2
from flask import Flask, request
from store import find

app = Flask(__name__)
db = psycopg2.connect(os.environ['DATABASE_URL'])

@app.get('/joined')
def joined():
    name = request.args.get('name')
    cursor = db.cursor()
    cursor.execute(\"SELECT * FROM users WHERE name = '\" + name + \"'\")
    return 'ok'

@app.get('/elsewhere')
def elsewhere():
    return find(db, request.args['name'].strip())

@app.get('/<name>/own')
def own(name):
    db.cursor().execute('SELECT * FROM users WHERE name = %s' % name)
    return 'ok'

@app.get('/bound')
def bound():
    db.cursor().execute('SELECT * FROM users WHERE name = %s', (request.args.get('other'),))
    return 'ok'

@app.get('/number')
def number():
    db.cursor().execute('SELECT * FROM users LIMIT ' + str(int(request.args.get('limit'))))
    return 'ok'

@app.get('/listed')
def listed():
    by = request.args.get('by')
    if by not in ('name', 'age'):
        return 'no', 400
    db.cursor().execute('SELECT * FROM users ORDER BY ' + by)
    return 'ok'

@app.get('/there')
def there():
    part = request.args.get('part')
    if not part or part == '':
        return 'no', 400
    db.cursor().execute('SELECT * FROM parts WHERE name = ' + part)
    return 'ok'

@app.get('/matched')
def matched():
    word = request.args.get('word')
    if not re.fullmatch('[a-z]+', word):
        return 'no', 400
    db.cursor().execute(f'SELECT * FROM words WHERE word = {word}')
    return 'ok'

@app.get('/checked')
def checked():
    db.cursor().execute('SELECT * FROM users ORDER BY ' + COLUMNS[request.args.get('by')])
    return 'ok'
";
    let store = "
def find(db, wanted):
    db.cursor().execute(f\"SELECT * FROM users WHERE name = '{wanted}'\")
    return 'ok'
";
    assert_eq!(
        claims(&[("app.py", app), ("store.py", store)]),
        [
            "query_from_input: def own(name): > db.cursor().execute('SELECT * FROM users WHERE name = %s' % name)",
            "query_from_input: name = request.args.get('name') > cursor.execute(\"SELECT * FROM users WHERE name = '\" + name + \"'\")",
            "query_from_input: part = request.args.get('part') > db.cursor().execute('SELECT * FROM parts WHERE name = ' + part)",
            "query_from_input: return find(db, request.args['name'].strip()) > db.cursor().execute(f\"SELECT * FROM users WHERE name = '{wanted}'\")",
        ]
    );
}

#[test]
fn a_command_line_is_one_and_an_argument_vector_is_none() {
    let app = "
import shlex
import subprocess
from flask import Flask, request
app = Flask(__name__)

@app.get('/line')
def line():
    subprocess.run('ping ' + request.args['host'], shell=True)
    return 'ok'

@app.get('/vector')
def vector():
    subprocess.run(['ping', request.args['host']])
    subprocess.run(['ping', request.args['host']], shell=False)
    subprocess.run('ping ' + shlex.quote(request.args['host']), shell=True)
    return 'ok'
";
    assert_eq!(
        claims(&[("app.py", app)]),
        ["command_from_input: subprocess.run('ping ' + request.args['host'], shell=True) > subprocess.run('ping ' + request.args['host'], shell=True)"]
    );
}

#[test]
fn typed_parameters_of_fastapi_are_what_callers_choose() {
    let app = "
import requests
import psycopg2
from fastapi import FastAPI
app = FastAPI()
db = psycopg2.connect('postgres://db/shop').cursor()

@app.get('/users')
def users(name: str, limit: int = 10):
    return db.execute(f\"SELECT * FROM users WHERE name = '{name}'\")

@app.get('/some')
def some(limit: int = 10):
    return db.execute(f'SELECT * FROM users LIMIT {limit}')

@app.get('/preview')
def preview(url: str):
    return requests.get(url).text

@app.get('/rates/{currency}')
def rates(currency: str):
    return requests.get(f'https://rates.example/{currency}').text
";
    assert_eq!(
        claims(&[("app.py", app)]),
        [
            "query_from_input: def users(name: str, limit: int = 10): > return db.execute(f\"SELECT * FROM users WHERE name = '{name}'\")",
            "url_from_input: def preview(url: str): > return requests.get(url).text",
        ]
    );
}

#[test]
fn express_with_a_pool_in_another_file() {
    let app = "
const express = require('express')
const { exec, execFile } = require('child_process')
const pool = require('./pool')
const app = express()
app.get('/users', async (req, res) => {
  const { name } = req.query
  res.json(await pool.query(`SELECT * FROM users WHERE name = '${name}'`))
})
app.get('/bound', async (req, res) => {
  res.json(await pool.query('SELECT * FROM users WHERE name = $1', [req.query.name]))
})
app.get('/search', async (req, res) => {
  const word = req.query.word === 'undefined' ? '' : req.query.word
  res.json(await pool.query(\"SELECT * FROM parts WHERE name LIKE '%\" + word + \"%'\"))
})
app.get('/page', async (req, res) => {
  res.json(await pool.query('SELECT * FROM users LIMIT ' + parseInt(req.query.limit)))
})
app.post('/ping', (req, res) => {
  exec('ping ' + req.body.host, () => res.end())
  execFile('ping', [req.body.host])
})
app.get('/fetch', async (req, res) => {
  const answer = await fetch(req.query.url)
  res.send(answer)
})
app.listen(80)
";
    let pool = "
const { Pool } = require('pg')
module.exports = new Pool({ connectionString: process.env.DATABASE_URL })
";
    assert_eq!(
        claims(&[("app.js", app), ("pool.js", pool)]),
        [
            "command_from_input: exec('ping ' + req.body.host, () => res.end()) > exec('ping ' + req.body.host, () => res.end())",
            "query_from_input: const word = req.query.word === 'undefined' ? '' : req.query.word > res.json(await pool.query(\"SELECT * FROM parts WHERE name LIKE '%\" + word + \"%'\"))",
            "query_from_input: const { name } = req.query > res.json(await pool.query(`SELECT * FROM users WHERE name = '${name}'`))",
            "url_from_input: const answer = await fetch(req.query.url) > const answer = await fetch(req.query.url)",
        ]
    );
}

#[test]
fn go_with_a_value_beside_the_query() {
    let main = "package main

import (
	\"database/sql\"
	\"fmt\"
	\"net/http\"
	\"os\"
	\"os/exec\"

	_ \"github.com/lib/pq\"
)

var db, _ = sql.Open(\"postgres\", os.Getenv(\"DATABASE_URL\"))

func main() {
	http.HandleFunc(\"/built\", built)
	http.HandleFunc(\"/bound\", bound)
	http.ListenAndServe(\":80\", nil)
}

func built(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get(\"name\")
	db.Query(fmt.Sprintf(\"SELECT * FROM users WHERE name = '%s'\", name))
	exec.Command(\"sh\", \"-c\", \"ping \"+name)
}

func bound(w http.ResponseWriter, r *http.Request) {
	other := r.URL.Query().Get(\"other\")
	db.Query(\"SELECT * FROM users WHERE name = $1\", \"%\"+other)
	exec.Command(\"ping\", other)
}
";
    assert_eq!(
        claims(&[("go.mod", "module example.com/shop\n"), ("main.go", main)]),
        [
            "command_from_input: name := r.URL.Query().Get(\"name\") > exec.Command(\"sh\", \"-c\", \"ping \"+name)",
            "query_from_input: name := r.URL.Query().Get(\"name\") > db.Query(fmt.Sprintf(\"SELECT * FROM users WHERE name = '%s'\", name))",
        ]
    );
}

#[test]
fn spring_with_a_template_of_queries() {
    let controller = "package com.example.shop;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.*;

@RestController
class Users {
    private final JdbcTemplate jdbc;

    Users(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    @GetMapping(\"/users\")
    Object users(@RequestParam String name) {
        return jdbc.queryForList(\"SELECT * FROM users WHERE name = '\" + name + \"'\");
    }

    @GetMapping(\"/bound\")
    Object bound(@RequestParam String name) {
        return jdbc.queryForList(\"SELECT * FROM users WHERE name = ?\", name);
    }

    @GetMapping(\"/page\")
    Object page(@RequestParam int limit) {
        return jdbc.queryForList(\"SELECT * FROM users LIMIT \" + limit);
    }
}
";
    assert_eq!(
        claims(&[("src/main/java/com/example/shop/Users.java", controller)]),
        ["query_from_input: Object users(@RequestParam String name) { > return jdbc.queryForList(\"SELECT * FROM users WHERE name = '\" + name + \"'\");"]
    );
}

#[test]
fn what_python_opens_compiles_and_rebuilds_by_a_request() {
    let app = r#"
import os, pickle, base64
from pathlib import Path
from flask import Flask, request, send_file, render_template_string
from werkzeug.utils import secure_filename
app = Flask(__name__)
BASE = Path('/data')
@app.get('/sent')
def sent(): return send_file(os.path.join('/data', request.args['f']))
@app.get('/opened')
def opened(): return open(BASE / request.args['f']).read()
@app.get('/named')
def named(): return open(os.path.join('/data', secure_filename(request.args['f']))).read()
@app.get('/inside')
def inside():
    full = os.path.realpath(os.path.join('/data', request.args['f']))
    if not full.startswith('/data/'):
        return 'no', 400
    return open(full).read()
@app.get('/greeted')
def greeted(): return render_template_string('Hi ' + request.args['n'])
@app.get('/rendered')
def rendered(): return render_template('hi.html', name=request.args['n'])
@app.get('/kept')
def kept(): return str(pickle.loads(base64.b64decode(request.cookies.get('s'))))
@app.get('/parsed')
def parsed(): return str(json.loads(request.cookies.get('s')))
@app.post('/computed')
def computed(): return str(eval(request.form['x']))
"#;
    assert_eq!(
        happens(&[("app.py", app)]),
        [
            "code_from_input: def computed(): return str(eval(request.form['x']))",
            "code_from_input: def greeted(): return render_template_string('Hi ' + request.args['n'])",
            "deserializes: def kept(): return str(pickle.loads(base64.b64decode(request.cookies.get('s'))))",
            "path_from_input: def opened(): return open(BASE / request.args['f']).read()",
            "path_from_input: def sent(): return send_file(os.path.join('/data', request.args['f']))",
        ]
    );
}

#[test]
fn what_node_opens_and_compiles_by_a_request() {
    let app = r#"
const express = require('express');
const fs = require('fs');
const path = require('path');
const ejs = require('ejs');
const app = express();
app.get('/read', (req, res) => res.send(fs.readFileSync(path.join(__dirname, req.query.f))));
app.get('/base', (req, res) => res.send(fs.readFileSync(path.join('/data', path.basename(req.query.f)))));
app.get('/sent', (req, res) => res.sendFile(path.join('/data', req.params.name)));
app.get('/rooted', (req, res) => res.sendFile(req.params.name, { root: '/data' }));
app.get('/eval', (req, res) => res.send(eval(req.query.x)));
app.get('/made', (req, res) => res.send(new Function('a', req.query.x)()));
app.get('/page', (req, res) => res.send(ejs.render(req.body.t)));
app.get('/data', (req, res) => res.send(ejs.render(PAGE, { name: req.body.t })));
app.listen(80);
"#;
    assert_eq!(
        happens(&[("app.js", app)]),
        [
            "code_from_input: app.get('/eval', (req, res) => res.send(eval(req.query.x)));",
            "code_from_input: app.get('/made', (req, res) => res.send(new Function('a', req.query.x)()));",
            "code_from_input: app.get('/page', (req, res) => res.send(ejs.render(req.body.t)));",
            "path_from_input: app.get('/read', (req, res) => res.send(fs.readFileSync(path.join(__dirname, req.query.f))));",
            "path_from_input: app.get('/sent', (req, res) => res.sendFile(path.join('/data', req.params.name)));",
        ]
    );
}

#[test]
fn what_java_opens_and_rebuilds_by_a_request() {
    let app = r#"
package com.x;
import java.io.*;
import java.nio.file.*;
import org.springframework.web.bind.annotation.*;
import org.springframework.expression.spel.standard.SpelExpressionParser;
@RestController
class Main {
  @GetMapping("/a") byte[] a(@RequestParam String f) throws Exception { return Files.readAllBytes(Paths.get("/data", f)); }
  @GetMapping("/b") String b(@RequestParam String f) throws Exception { return new FileReader(new File("/data", f)).toString(); }
  @GetMapping("/c") Object c(@RequestParam String x) { return new SpelExpressionParser().parseExpression(x).getValue(); }
  @GetMapping("/d") byte[] d(@RequestParam int n) throws Exception { return Files.readAllBytes(Paths.get("/data", String.valueOf(n))); }
  @GetMapping("/e") Object e(@RequestParam String x) throws Exception { return new com.thoughtworks.xstream.XStream().fromXML(x); }
}
"#;
    assert_eq!(
        happens(&[("Main.java", app)]),
        [
            "code_from_input: @GetMapping(\"/c\") Object c(@RequestParam String x) { return new SpelExpressionParser().parseExpression(x).getValue(); }",
            "deserializes: @GetMapping(\"/e\") Object e(@RequestParam String x) throws Exception { return new com.thoughtworks.xstream.XStream().fromXML(x); }",
            "path_from_input: @GetMapping(\"/a\") byte[] a(@RequestParam String f) throws Exception { return Files.readAllBytes(Paths.get(\"/data\", f)); }",
            "path_from_input: @GetMapping(\"/b\") String b(@RequestParam String f) throws Exception { return new FileReader(new File(\"/data\", f)).toString(); }",
        ]
    );
}

#[test]
fn what_go_opens_and_compiles_by_a_request() {
    let app = r#"
package main
import ("net/http"; "os"; "path/filepath"; "html/template")
func read(w http.ResponseWriter, r *http.Request) { b, _ := os.ReadFile(filepath.Join("/data", r.URL.Query().Get("f"))); w.Write(b) }
func base(w http.ResponseWriter, r *http.Request) { b, _ := os.ReadFile(filepath.Join("/data", filepath.Base(r.FormValue("f")))); w.Write(b) }
func serve(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join("/data", r.FormValue("f"))) }
func page(w http.ResponseWriter, r *http.Request) { t, _ := template.New("x").Parse(r.FormValue("t")); t.Execute(w, nil) }
func main() {
	http.HandleFunc("/read", read)
	http.HandleFunc("/base", base)
	http.HandleFunc("/serve", serve)
	http.HandleFunc("/page", page)
	http.ListenAndServe(":80", nil)
}
"#;
    assert_eq!(
        happens(&[("main.go", app)]),
        [
            "code_from_input: func page(w http.ResponseWriter, r *http.Request) { t, _ := template.New(\"x\").Parse(r.FormValue(\"t\")); t.Execute(w, nil) }",
            "path_from_input: func read(w http.ResponseWriter, r *http.Request) { b, _ := os.ReadFile(filepath.Join(\"/data\", r.URL.Query().Get(\"f\"))); w.Write(b) }",
            "path_from_input: func serve(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join(\"/data\", r.FormValue(\"f\"))) }",
        ]
    );
}

#[test]
fn what_ruby_starts_opens_and_rebuilds_by_a_request() {
    let app = r#"
require 'sinatra'
get '/read' do
  File.read(File.join('/data', params[:f]))
end
get '/base' do
  File.read(File.join('/data', File.basename(params[:f])))
end
get '/line' do
  system("convert #{params[:n]}")
end
get '/vector' do
  system("convert", params[:n])
end
get '/kept' do
  Marshal.load(Base64.decode64(params[:c]))
end
get '/page' do
  ERB.new(params[:t]).result
end
get '/sent' do
  send_file "/data/#{params[:f]}"
end
"#;
    assert_eq!(
        happens(&[("app.rb", app)]),
        [
            "code_from_input: ERB.new(params[:t]).result",
            "command_from_input: system(\"convert #{params[:n]}\")",
            "deserializes: Marshal.load(Base64.decode64(params[:c]))",
            "path_from_input: File.read(File.join('/data', params[:f]))",
            "path_from_input: send_file \"/data/#{params[:f]}\"",
        ]
    );
}

#[test]
fn what_csharp_opens_by_a_request() {
    let app = r#"
using System.IO;
var app = WebApplication.Create(args);
app.MapGet("/a", (string f) => File.ReadAllText(Path.Combine("/data", f)));
app.MapGet("/b", (string f) => File.ReadAllText(Path.Combine("/data", Path.GetFileName(f))));
app.Run();
"#;
    assert_eq!(happens(&[("Api.cs", app)]), ["path_from_input: app.MapGet(\"/a\", (string f) => File.ReadAllText(Path.Combine(\"/data\", f)));",]);
}

#[test]
fn what_a_model_answers_becomes_a_query_and_a_command() {
    let app = r#"
import os, psycopg2, ollama
from flask import Flask, request
from openai import OpenAI
app = Flask(__name__)
client = OpenAI()
db = psycopg2.connect(os.environ['DATABASE_URL'])
@app.get('/asked')
def asked():
    answer = client.chat.completions.create(model='m', messages=[])
    sql = answer.choices[0].message.content.strip()
    db.cursor().execute(sql)
    return 'ok'
@app.get('/run')
def run():
    reply = ollama.chat(model='m', messages=[])
    os.system(reply['message']['content'])
    return 'ok'
@app.get('/shown')
def shown():
    answer = client.chat.completions.create(model='m', messages=[])
    return answer.choices[0].message.content
@app.get('/bound')
def bound():
    answer = client.chat.completions.create(model='m', messages=[])
    db.cursor().execute('SELECT 1 FROM t WHERE n = %s', (answer.choices[0].message.content,))
    return 'ok'
"#;
    let found = composed(&[("app.py", app)]);
    let shown: Vec<String> = found
        .traits
        .iter()
        .filter(|found| found.property.name() == "output_sinks")
        .map(|found| format!("{:?}: {}", found.value, common::line(&[("app.py", app)], found.places.last().unwrap())))
        .collect();
    assert_eq!(shown, ["List([\"sql\"]): db.cursor().execute(sql)", "List([\"shell\"]): os.system(reply['message']['content'])"]);
    assert!(claims(&[("app.py", app)]).is_empty());
}

#[test]
fn what_php_does_by_a_request() {
    let app = r#"<?php
$db = new PDO(getenv('DSN'));
$link = mysqli_connect('db', 'u', 'p');
$db->query("SELECT * FROM users WHERE name = '" . $_GET['name'] . "'");
$db->prepare('SELECT * FROM users WHERE name = ?')->execute([$_GET['other']]);
mysqli_query($link, "SELECT * FROM users WHERE id = $_GET[id]");
mysqli_query($link, "SELECT * FROM users WHERE id = " . mysqli_real_escape_string($link, $_GET['nr']));
shell_exec('ping ' . $_GET['host']);
shell_exec('ping ' . escapeshellarg($_GET['addr']));
echo file_get_contents('/data/' . $_GET['file']);
echo file_get_contents('/data/' . basename($_GET['base']));
$kept = unserialize($_COOKIE['kept']);
$read = json_decode($_COOKIE['read']);
"#;
    assert_eq!(
        happens(&[("web/app.php", app)]),
        [
            "command_from_input: shell_exec('ping ' . $_GET['host']);",
            "deserializes: $kept = unserialize($_COOKIE['kept']);",
            "path_from_input: echo file_get_contents('/data/' . $_GET['file']);",
            "query_from_input: $db->query(\"SELECT * FROM users WHERE name = '\" . $_GET['name'] . \"'\");",
            "query_from_input: mysqli_query($link, \"SELECT * FROM users WHERE id = $_GET[id]\");",
        ]
    );
}

#[test]
fn what_rust_does_by_a_request() {
    let app = r#"
use axum::{extract::{Path, Query}, routing::get, Router};
use serde::Deserialize;
use std::process::Command;
#[derive(Deserialize)]
struct Search { name: String, limit: u32 }
async fn read(Path(name): Path<String>) -> String { std::fs::read_to_string(format!("/data/{}", name)).unwrap() }
async fn line(Query(search): Query<Search>) -> String { Command::new("sh").arg("-c").arg(format!("ping {}", search.name)).output(); "ok".to_string() }
async fn vector(Query(search): Query<Search>) -> String { Command::new("ping").arg(search.name).output(); "ok".to_string() }
async fn number(Query(search): Query<Search>) -> String { std::fs::read_to_string(format!("/data/{}", search.limit)).unwrap() }
#[tokio::main]
async fn main() {
    let app = Router::new().route("/read/{name}", get(read)).route("/line", get(line)).route("/vector", get(vector)).route("/number", get(number));
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap(), app).await.unwrap();
}
"#;
    let shown: Vec<String> =
        happens(&[("Cargo.toml", "[package]\nname = \"web\"\n"), ("src/main.rs", app)]).iter().map(|line| line.chars().take(58).collect()).collect();
    assert_eq!(shown, ["command_from_input: async fn line(Query(search): Query<Sea", "path_from_input: async fn read(Path(name): Path<String>) -"]);
}

#[test]
fn fields_of_a_record_that_a_request_fills_are_what_callers_choose() {
    let python = r#"
import os, subprocess
from fastapi import FastAPI
from pydantic import BaseModel, Field
app = FastAPI()
class Host(BaseModel):
    name: str
    port: int
    kind: str = Field(pattern='[a-z]+')
class Service:
    name: str
    def call(self): ...
@app.post('/ping')
def ping(host: Host):
    os.system('ping ' + host.name)
@app.post('/port')
def port(host: Host):
    os.system(f'ping {host.port} {host.kind}')
"#;
    assert_eq!(happens(&[("app.py", python)]), ["command_from_input: os.system('ping ' + host.name)"]);
    let java = r#"
package com.x;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.*;
import lombok.Data;
import javax.validation.constraints.Pattern;
@Data
class Search { private String name; private int limit; @Pattern(regexp = "[a-z]+") private String order; }
@RestController
class Web {
  private final JdbcTemplate jdbc;
  Web(JdbcTemplate jdbc) { this.jdbc = jdbc; }
  @PostMapping("/a") Object a(@RequestBody Search search) { return jdbc.queryForList("SELECT 1 FROM t WHERE n = '" + search.getName() + "'"); }
  @PostMapping("/b") Object b(@RequestBody Search search) { return jdbc.queryForList("SELECT 1 FROM t ORDER BY " + search.getOrder() + search.getLimit()); }
}
"#;
    let shown = happens(&[("src/main/java/com/x/Web.java", java)]);
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown[0].starts_with("query_from_input: @PostMapping(\"/a\")"), "{shown:?}");
}

#[test]
fn raw_bodies_are_what_callers_choose() {
    let app = "
import pickle
from flask import Flask, request
app = Flask(__name__)
@app.post('/a')
def a(): return str(pickle.loads(request.data))
@app.post('/b')
def b(): return str(pickle.loads(request.get_data()))
@app.post('/c')
def c(): return str(json.loads(request.get_data()))
";
    assert_eq!(
        happens(&[("app.py", app)]),
        ["deserializes: def a(): return str(pickle.loads(request.data))", "deserializes: def b(): return str(pickle.loads(request.get_data()))"]
    );
}
