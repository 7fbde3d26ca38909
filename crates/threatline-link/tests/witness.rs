//! From what a request brings to what is done by its words: claimed only where every step is seen.

#![allow(clippy::unwrap_used)]

mod common;

use common::composed;

/// Every claim: `property reads>happens`, places as the text of their lines.
fn claims(files: &[(&str, &str)]) -> Vec<String> {
    let found = composed(files);
    let of_calls = found.calls.iter().flat_map(|call| &call.properties).map(|(property, _, places)| (*property, places.clone()));
    let of_programs = found.traits.iter().map(|found| (found.property, found.places.clone()));
    let ends = ["_from_input"];
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
