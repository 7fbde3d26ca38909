//! What a program tells others: personal data to a log, a third party or a model provider, and callers' words to models.

#![allow(clippy::unwrap_used)]

mod common;

use common::composed;

/// What flows carry and what logs hold: `to protocol technology class: read > here`, `log class: …`.
fn disclosed(files: &[(&str, &str)]) -> Vec<String> {
    let found = composed(files);
    let shown = |places: &[threatline_link::compose::Place]| places.iter().map(|place| common::line(files, place)).collect::<Vec<_>>().join(" > ");
    let mut out = Vec::new();
    for call in &found.calls {
        let to = call.technology.clone().or(call.target.as_ref().map(|target| target.with_defaults())).unwrap_or_default();
        out.extend(call.data.iter().map(|(class, places)| format!("to {to} {}: {}", class.name(), shown(places))));
    }
    out.extend(found.logged.iter().map(|(class, places)| format!("log {}: {}", class.name(), shown(places))));
    out.sort();
    out.dedup();
    out
}

#[test]
fn data_of_people_leaves_a_python_program() {
    let app = r#"
import logging
import hashlib
import requests
import openai
from dataclasses import dataclass
from flask import Flask, request
from openai import OpenAI
app = Flask(__name__)
client = OpenAI()
log = logging.getLogger(__name__)

@dataclass
class Customer:
    email: str
    nick: str

@dataclass
class MailSettings:
    email: str

def settings() -> MailSettings:
    ...

def load(id) -> Customer:
    ...

@app.post('/signup')
def signup():
    email = request.form['email']
    order = request.form['order']
    requests.post('https://api.mailer.example/send', json={'to': [email], 'order': order})
    log.info('signed up %s', order)
    return 'ok'

@app.post('/login')
def login():
    log.info('login with %s', request.form.get('password'))
    log.info('login with %s', hashlib.sha256(request.form.get('token')))
    log.info(f"login from {request.form.get('order')}")
    return 'ok'

@app.post('/asked')
def asked():
    customer = load(request.form['id'])
    client.chat.completions.create(model='m', messages=[{'role': 'user', 'content': f'Write to {customer.email} of {customer.nick}'}])
    return 'ok'

@app.post('/own')
def own():
    requests.post('https://api.other.example/send', json={'from': settings().email, 'n': len(request.form['phone'])})
    requests.post('https://api.other.example/key', headers={'Authorization': request.form['api_key']})
    return 'ok'
"#;
    assert_eq!(
        disclosed(&[("app.py", app)]),
        [
            "log password: log.info('login with %s', request.form.get('password'))",
            "to https://api.mailer.example/send email: email = request.form['email'] > requests.post('https://api.mailer.example/send', json={'to': [email], 'order': order})",
            "to openai email: client.chat.completions.create(model='m', messages=[{'role': 'user', 'content': f'Write to {customer.email} of {customer.nick}'}])",
        ]
    );
}

/// What models' answers become, and the flows on which callers' words are said to one.
fn models(files: &[(&str, &str)]) -> Vec<String> {
    let found = composed(files);
    let sinks = found.traits.iter().filter(|found| found.property.name() == "output_sinks").map(|found| {
        let words = found.value.as_list().unwrap_or_default().join(",");
        format!("{words}: {}", common::line(files, found.places.last().unwrap()))
    });
    let said = found.calls.iter().flat_map(|call| call.properties.iter().map(move |said| (call, said)));
    let prompts = said
        .filter(|(_, (property, ..))| property.name() == "prompt_from_input")
        .map(|(call, (.., places))| format!("prompt to {}: {}", call.technology.as_deref().unwrap_or("?"), common::line(files, places.last().unwrap())));
    let mut out: Vec<String> = sinks.chain(prompts).collect();
    out.sort();
    out.dedup();
    out
}

#[test]
fn what_is_said_to_models_and_what_they_answer() {
    let js = r#"
const express = require('express');
const OpenAI = require('openai');
const twilio = require('twilio');
const { exec } = require('child_process');
const app = express();
const client = new OpenAI();
const phone = twilio('a', 'b');
app.post('/ask', async (req, res) => {
  const reply = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: `Do ${req.body.what}` }] });
  exec(reply.choices[0].message.content);
  res.end();
});
app.post('/fixed', async (req, res) => {
  const reply = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hello' }] });
  res.send(reply.choices[0].message.content);
});
app.post('/sms', async (req, res) => {
  const sent = await phone.messages.create({ body: req.body.text });
  exec('log ' + sent.content);
});
app.listen(80);
"#;
    assert_eq!(
        models(&[("app.js", js)]),
        [
            "prompt to openai: const reply = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: `Do ${req.body.what}` }] });",
            "shell: exec(reply.choices[0].message.content);",
        ]
    );
    let java = r#"
package com.x;
import dev.langchain4j.model.openai.OpenAiChatModel;
import org.springframework.web.bind.annotation.*;
@RestController
class Bot {
  private final OpenAiChatModel model = OpenAiChatModel.builder().apiKey(System.getenv("KEY")).build();
  @PostMapping("/ask") void ask(@RequestParam String q) throws Exception { Runtime.getRuntime().exec(model.chat("Do " + q)); }
  @PostMapping("/say") String say(@RequestParam int n) { return model.chat("Count to " + n); }
}
"#;
    let shown = models(&[("src/main/java/com/x/Bot.java", java)]);
    assert_eq!(shown.iter().map(|line| line.split("@PostMapping").next().unwrap()).collect::<Vec<_>>(), ["prompt to openai: ", "shell: "]);
    let go = r#"
package main
import ("context"; "net/http"; "os"; "os/exec"; openai "github.com/sashabaranov/go-openai")
var client = openai.NewClient(os.Getenv("KEY"))
func ask(w http.ResponseWriter, r *http.Request) {
	resp, _ := client.CreateChatCompletion(context.Background(), openai.ChatCompletionRequest{Model: "m", Messages: []openai.ChatCompletionMessage{{Role: "user", Content: r.FormValue("q")}}})
	exec.Command("sh", "-c", resp.Choices[0].Message.Content).Run()
}
func main() { http.HandleFunc("/ask", ask); http.ListenAndServe(":80", nil) }
"#;
    let shown = models(&[("go.mod", "module example.com/bot\n"), ("main.go", go)]);
    assert_eq!(shown.iter().map(|line| line.split(':').next().unwrap()).collect::<Vec<_>>(), ["prompt to openai", "shell"], "{shown:?}");
    let ruby = "
require 'sinatra'
require 'openai'
post '/ask' do
  client = OpenAI::Client.new(access_token: ENV['KEY'])
  reply = client.chat(parameters: { model: 'm', messages: [{ role: 'user', content: params[:q] }] })
  system(reply.dig('choices', 0, 'message', 'content'))
end
";
    assert_eq!(
        models(&[("app.rb", ruby)]),
        [
            "prompt to openai: reply = client.chat(parameters: { model: 'm', messages: [{ role: 'user', content: params[:q] }] })",
            "shell: system(reply.dig('choices', 0, 'message', 'content'))",
        ]
    );
    let csharp = r#"
using OpenAI.Chat;
using System.IO;
var app = WebApplication.Create(args);
var client = new ChatClient("m", "key");
app.MapGet("/ask", async (string q) => {
  var reply = await client.CompleteChatAsync("Do " + q);
  return File.ReadAllText(reply.Value.Content[0].Text);
});
app.Run();
"#;
    assert_eq!(
        models(&[("Api.cs", csharp)]),
        ["file: return File.ReadAllText(reply.Value.Content[0].Text);", "prompt to openai: var reply = await client.CompleteChatAsync(\"Do \" + q);"]
    );
    let php = "<?php
$client = OpenAI::client(getenv('KEY'));
$reply = $client->chat()->create(['model' => 'm', 'messages' => [['role' => 'user', 'content' => $_POST['q']]]]);
shell_exec($reply->choices[0]->message->content);
";
    assert_eq!(
        models(&[("web/ask.php", php)]),
        [
            "prompt to openai: $reply = $client->chat()->create(['model' => 'm', 'messages' => [['role' => 'user', 'content' => $_POST['q']]]]);",
            "shell: shell_exec($reply->choices[0]->message->content);",
        ]
    );
}

#[test]
fn logs_hold_what_is_written_into_them() {
    let js = "
const express = require('express');
const app = express();
app.post('/in', (req, res) => { console.log('in', req.body.email, req.body.order); console.log(mask(req.body.phone)); res.end(); });
app.listen(80);
";
    let shown = disclosed(&[("app.js", js)]);
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown[0].starts_with("log email: app.post('/in'"), "{shown:?}");
    let java = r#"
package com.x;
import org.slf4j.*;
import org.springframework.web.bind.annotation.*;
@RestController
class Web {
  private static final Logger log = LoggerFactory.getLogger(Web.class);
  @PostMapping("/a")
  void a(@RequestParam String email, @RequestParam String order) {
    log.info("a {}", email);
    log.info("a {}", order);
  }
}
"#;
    assert_eq!(
        disclosed(&[("src/main/java/com/x/Web.java", java)]),
        ["log email: void a(@RequestParam String email, @RequestParam String order) { > log.info(\"a {}\", email);"]
    );
    let csharp = r#"
using Microsoft.Extensions.Logging;
var app = WebApplication.Create(args);
app.MapPost("/a", (string email, string order, ILogger<Program> logger) => {
  logger.LogInformation("a {Order}", order);
  logger.LogInformation("a {Email}", email);
});
app.Run();
"#;
    let shown = disclosed(&[("Api.cs", csharp)]);
    assert_eq!(shown.iter().map(|line| line.split(" > ").last().unwrap()).collect::<Vec<_>>(), ["logger.LogInformation(\"a {Email}\", email);"], "{shown:?}");
    let go = r#"
package main
import ("log"; "net/http")
func a(w http.ResponseWriter, r *http.Request) {
	log.Printf("a %s", r.FormValue("order"))
	log.Printf("a %s", r.FormValue("password"))
}
func main() { http.HandleFunc("/a", a); http.ListenAndServe(":80", nil) }
"#;
    assert_eq!(disclosed(&[("go.mod", "module example.com/a\n"), ("main.go", go)]), ["log password: log.Printf(\"a %s\", r.FormValue(\"password\"))"]);
}
