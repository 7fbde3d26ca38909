//! Servers of tools that agents are configured with: `.mcp.json`, `.cursor/mcp.json`, `.vscode/mcp.json`, `.codex/config.toml`,
//! `opencode.json`, `claude_desktop_config.json` and their like. What a repository publishes as such a server itself is told, too:
//! `server.json` of the registry, the manifest of a bundle, `smithery.yaml`.
//!
//! Whose agent it is says the place of the file. Of a command only the program is kept: arguments may hold anything.

use super::{secret, text};
use crate::node::{Entry, Node};
use threatline_facts::infra::{InfraFact, ToolOffer, ToolProgram, ToolServer};
use threatline_facts::{Extracted, Hidden, Mark};
use threatline_knowledge::catalogue::agent;

/// Keys under which servers stand.
const KEYS: &[&[&str]] = &[
    &["mcpServers"],
    &["mcp", "servers"],
    &["mcp", "mcpServers"],
    &["context_servers"],
    &["mcp_servers"],
    &["amp.mcpServers"],
    &["customizations", "vscode", "mcp", "servers"],
    &["customizations", "vscode", "settings", "mcp", "servers"],
];

/// Keys beside `servers` in a file that has nothing else.
const BARE: &[&str] = &["servers", "inputs", "$schema"];

/// How servers are spoken to.
const KINDS: &[&str] = &["stdio", "http", "sse", "streamable-http", "streamableHttp", "remote", "local"];

/// Whose schema a description of a published server names, and how one begins to run (Smithery).
const REGISTRY: &str = "modelcontextprotocol.io/schemas/";
const STARTS: &[&str] = &["stdio", "http"];

/// Where headers stand that are sent along.
const HEADERS: [&str; 3] = ["headers", "http_headers", "env_http_headers"];

/// Servers of one file, and words of a command that are looked at.
const MANY: usize = 200;
const WORDS: usize = 64;
const MOST_LETTERS: usize = 256;

/// Reads a document if it lists such servers, or describes one; says whether it did.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    if let Some((name, file)) = offered(document) {
        let mark = super::mark(document, out);
        out.say(InfraFact::ToolOffer(ToolOffer { name: name.map(str::to_owned), file: file.map(str::to_owned), mark }));
        return true;
    }
    let listed = KEYS.iter().find_map(|key| document.at(key)).filter(|node| node.is_mapping() || node.is_sequence());
    let bare = || ["servers", "mcp"].iter().filter_map(|key| document.get(key)).find(|servers| is_bare(document, servers));
    let Some(servers) = listed.or_else(bare) else { return false };
    // a list names each server inside of it
    let of_list = servers.items().iter().map(|node| (node.str_at(&["name"]).unwrap_or_default(), node, node.line));
    let all: Vec<_> = servers.entries().iter().map(|entry| (entry.key.as_str(), &entry.value, entry.line)).chain(of_list).take(MANY).collect();
    let mut found = false;
    for (name, node, line) in all {
        let Some(server) = server(name, node) else { continue };
        found = true;
        if node.get("disabled").and_then(Node::as_bool) == Some(true) || node.get("enabled").and_then(Node::as_bool) == Some(false) {
            continue;
        }
        let mark = out.mark(line, node.end_line.max(line));
        out.say(InfraFact::ToolServer(ToolServer { mark, ..server }));
    }
    found
}

/// What a description of a published server of tools calls it, and the file that runs it.
fn offered(document: &Node) -> Option<(Option<&str>, Option<&str>)> {
    let text = |path: &[&str]| document.str_at(path).filter(|text| text.len() <= MOST_LETTERS);
    let is_registered = document.str_at(&["$schema"]).is_some_and(|schema| schema.contains(REGISTRY));
    let is_bundle = document.at(&["server", "mcp_config"]).is_some_and(Node::is_mapping) && text(&["server", "entry_point"]).is_some();
    let is_started = text(&["startCommand", "type"]).is_some_and(|kind| STARTS.contains(&kind));
    (is_registered || is_bundle || is_started).then(|| (text(&["name"]), text(&["server", "entry_point"])))
}

/// `servers` means many things; these are of the protocol only if each says how it is started, and nothing else is there.
fn is_bare(document: &Node, servers: &Node) -> bool {
    let known = |entry: &Entry| {
        let kind = entry.value.str_at(&["type"]);
        kind.is_some_and(|kind| KINDS.contains(&kind)) || (kind.is_none() && entry.value.get("command").is_some())
    };
    let is_alone = document.get("servers").is_some() && document.entries().iter().all(|entry| BARE.contains(&entry.key.as_str()));
    // beside settings of one agent, that says of each server where it runs
    let is_placed = || servers.entries().iter().all(|entry| matches!(entry.value.str_at(&["type"]), Some("local" | "remote")));
    !servers.entries().is_empty() && servers.entries().iter().all(known) && (is_alone || is_placed())
}

fn server(name: &str, node: &Node) -> Option<ToolServer> {
    if name.is_empty() || name.len() > MOST_LETTERS {
        return None;
    }
    let address = ["url", "serverUrl", "httpUrl"].iter().find_map(|key| node.str_at(&[key]));
    let command = node.str_at(&["command"]).or_else(|| node.str_at(&["command", "path"]));
    let mut words: Vec<&str> = command.into_iter().collect();
    words.extend(strings(node.get("command")));
    words.extend(strings(node.get("args")).chain(strings(node.at(&["command", "args"]))));
    words.truncate(WORDS);
    let runs = match address {
        Some(address) => ToolProgram::Remote(secret::hide("url", text::braces(address))),
        None => program(&words)?,
    };
    let pairs = |key: &'static str| node.get(key).or_else(|| node.at(&["command", key])).map_or(&[][..], Node::entries).iter().take(WORDS);
    let written = |entry: &Entry| entry.value.as_str().is_some_and(|value| secret::hide(&entry.key, text::braces(value)).hidden() == Some(Hidden::Secret));
    let is_credential = |key: &str| ["authorization", "x-api-key", "api-key", "cookie"].contains(&key.to_ascii_lowercase().as_str());
    let headers = || HEADERS.iter().flat_map(|key| pairs(key));
    let all_of_it = |key: &str| node.get(key).is_some_and(|list| list.one_or_many().iter().filter_map(Node::as_str).any(agent::is_everything));
    Some(ToolServer {
        name: name.to_owned(),
        runs,
        credential: headers().any(|header| is_credential(&header.key))
            || ["auth", "oauth"].iter().any(|key| node.get(key).is_some_and(Node::is_mapping))
            || node.get("bearer_token_env_var").is_some(),
        secret: ["env", "environment"].into_iter().flat_map(pairs).chain(headers()).any(written),
        trusted: ["autoApprove", "alwaysAllow"].iter().any(|key| all_of_it(key)) || node.get("trust").and_then(Node::as_bool) == Some(true),
        mark: Mark(0),
    })
}

fn strings(node: Option<&Node>) -> impl Iterator<Item = &str> {
    node.map_or(&[][..], Node::items).iter().filter_map(Node::as_str)
}

/// What a command runs in the end: `npx -y package`, `uvx package`, `docker run image`, `python file.py`.
fn program(words: &[&str]) -> Option<ToolProgram> {
    let (first, rest) = words.split_first()?;
    let name = first.rsplit(['/', '\\']).next().unwrap_or(first).trim_end_matches(".exe").trim_end_matches(".cmd");
    let found = match name {
        "cmd" | "sh" | "bash" | "zsh" | "env" | "wsl" => {
            // another program follows: behind the words that say so
            let rest: Vec<&str> = rest.iter().copied().skip_while(|word| word.starts_with(['-', '/']) || word.contains('=')).collect();
            match rest.as_slice() {
                [line] if line.contains(' ') => return program(&line.split_whitespace().take(WORDS).collect::<Vec<_>>()),
                [] => return None,
                rest => return if rest[0] == *first { None } else { program(rest) },
            }
        }
        "npx" | "bunx" | "pnpx" | "uvx" | "pipx" | "deno" | "bun" | "pnpm" | "yarn" | "npm" | "uv" => packaged(name, rest)?,
        "docker" | "podman" => image(rest).map(ToolProgram::Image)?,
        "python" | "python3" | "py" | "node" | "tsx" | "ts-node" | "ruby" | "php" | "go" | "dotnet" | "java" => interpreted(rest)?,
        _ if first.contains(['/', '\\']) && first.starts_with('.') => ToolProgram::File((*first).to_owned()),
        _ => ToolProgram::Program(name.to_owned()),
    };
    let text = match &found {
        ToolProgram::Package(text) | ToolProgram::Image(text) | ToolProgram::File(text) | ToolProgram::Program(text) => text,
        ToolProgram::Remote(_) => return Some(found),
    };
    (!text.is_empty() && text.len() <= MOST_LETTERS).then_some(found)
}

/// Words that only say how a package is run, and flags with a value of their own.
const RUNNERS: &[&str] = &["run", "exec", "dlx", "tool", "x", "--", "start"];
const VALUED: &[&str] =
    &["--directory", "--project", "--with", "--from", "--python", "--package", "-p", "-C", "--prefix", "--cwd", "--extra", "--env-file", "--with-editable"];

fn packaged(runner: &str, words: &[&str]) -> Option<ToolProgram> {
    let mut words = words.iter().copied();
    let mut from = None;
    while let Some(word) = words.next() {
        if VALUED.contains(&word) {
            let value = words.next();
            from = if matches!(word, "--from" | "--package" | "-p") { value } else { from };
        } else if word.starts_with('-') || RUNNERS.contains(&word) {
            continue;
        } else if matches!(word, "python" | "python3" | "node" | "tsx") && runner != "npx" {
            return interpreted(&words.collect::<Vec<_>>());
        } else if matches!(word, "mcp-remote" | "mcp-proxy" | "supergateway") || word.starts_with("mcp-remote@") {
            // hands everything on to an address
            return words.find(|word| word.contains("://")).map(|address| ToolProgram::Remote(secret::hide("url", text::braces(address))));
        } else if is_file(word) {
            return Some(ToolProgram::File(word.to_owned()));
        } else {
            return Some(ToolProgram::Package(from.unwrap_or(word).to_owned()));
        }
    }
    from.map(|package| ToolProgram::Package(package.to_owned()))
}

fn interpreted(words: &[&str]) -> Option<ToolProgram> {
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        match word {
            "-m" => return words.next().map(|module| ToolProgram::Package(module.to_owned())),
            "run" | "exec" | "-u" | "-jar" | "--import" | "tsx" => {}
            _ if word.starts_with('-') => {}
            _ => return Some(ToolProgram::File(word.to_owned())),
        }
    }
    None
}

/// Flags of `docker run` that stand alone; others take the next word.
const ALONE: &[&str] = &["-i", "-t", "-it", "-d", "--rm", "--interactive", "--tty", "--init", "--privileged", "--read-only", "--detach"];

fn image(words: &[&str]) -> Option<String> {
    let mut words = words.iter().copied().skip_while(|word| *word != "run").skip(1);
    while let Some(word) = words.next() {
        if ALONE.contains(&word) || (word.starts_with("--") && word.contains('=')) {
            continue;
        }
        if !word.starts_with('-') {
            return Some(word.to_owned());
        }
        words.next();
    }
    None
}

fn is_file(word: &str) -> bool {
    let ends = [".py", ".js", ".mjs", ".cjs", ".ts"].iter().any(|ending| word.ends_with(ending));
    ends || word.starts_with("./") || word.starts_with("../")
}
