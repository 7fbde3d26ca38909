//! Servers of tools that agents are configured with: `.mcp.json`, `.cursor/mcp.json`, `.vscode/mcp.json`,
//! `claude_desktop_config.json` and their like.
//!
//! Whose agent it is says the place of the file. Of a command only the program is kept: arguments may hold anything.

use super::{secret, text};
use crate::node::{Entry, Node};
use threatline_facts::infra::{InfraFact, ToolProgram, ToolServer};
use threatline_facts::{Extracted, Hidden, Mark};

/// Keys under which servers stand.
const KEYS: &[&[&str]] = &[&["mcpServers"], &["mcp", "servers"], &["mcp", "mcpServers"], &["context_servers"]];

/// Keys beside `servers` in a file that has nothing else.
const BARE: &[&str] = &["servers", "inputs", "$schema"];

/// How servers are spoken to.
const KINDS: &[&str] = &["stdio", "http", "sse", "streamable-http", "streamableHttp", "remote", "local"];

/// Servers of one file, and words of a command that are looked at.
const MANY: usize = 200;
const WORDS: usize = 64;
const MOST_LETTERS: usize = 256;

/// Reads a document if it lists such servers; says whether it did.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let listed = KEYS.iter().find_map(|key| document.at(key)).filter(|node| node.is_mapping());
    let servers = match listed {
        Some(servers) => servers,
        None => match document.get("servers").filter(|servers| servers.is_mapping() && is_bare(document, servers)) {
            Some(servers) => servers,
            None => return false,
        },
    };
    let mut found = false;
    for entry in servers.entries().iter().take(MANY) {
        let Some(server) = server(entry) else { continue };
        found = true;
        if entry.value.get("disabled").and_then(Node::as_bool) == Some(true) || entry.value.get("enabled").and_then(Node::as_bool) == Some(false) {
            continue;
        }
        let mark = out.mark(entry.line, entry.value.end_line.max(entry.line));
        out.say(InfraFact::ToolServer(ToolServer { mark, ..server }));
    }
    found
}

/// `servers` means many things; these are of the protocol only if each says how it is started, and nothing else is there.
fn is_bare(document: &Node, servers: &Node) -> bool {
    let known = |entry: &Entry| {
        let kind = entry.value.str_at(&["type"]);
        kind.is_some_and(|kind| KINDS.contains(&kind)) || (kind.is_none() && entry.value.get("command").is_some())
    };
    document.entries().iter().all(|entry| BARE.contains(&entry.key.as_str())) && !servers.entries().is_empty() && servers.entries().iter().all(known)
}

fn server(entry: &Entry) -> Option<ToolServer> {
    let node = &entry.value;
    if entry.key.is_empty() || entry.key.len() > MOST_LETTERS {
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
    let pairs = |key: &'static str| node.get(key).map_or(&[][..], Node::entries).iter().take(WORDS);
    let written = |entry: &Entry| entry.value.as_str().is_some_and(|value| secret::hide(&entry.key, text::braces(value)).hidden() == Some(Hidden::Secret));
    let is_credential = |key: &str| ["authorization", "x-api-key", "api-key", "cookie"].contains(&key.to_ascii_lowercase().as_str());
    Some(ToolServer {
        name: entry.key.clone(),
        runs,
        credential: pairs("headers").any(|header| is_credential(&header.key)) || node.get("auth").is_some_and(Node::is_mapping),
        secret: pairs("env").chain(pairs("headers")).any(written),
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
