//! Texts with holes: formats, placeholders, path parameters.

use super::evaluate::as_text;
use super::value::Arg;
use threatline_facts::Text;

/// `${key:default}` in a text, as settings; `$${` and what is not closed stay as they are.
pub(super) fn placeholders(text: &str) -> Text {
    placeholders_at(text, 0)
}

/// Where the brace that opens first is closed; defaults may hold placeholders themselves.
fn brace_end(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => open += 1,
            '}' if open == 1 => return Some(at),
            '}' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn placeholders_at(text: &str, depth: u32) -> Text {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = brace_end(&rest[at..]).map(|end| at + end) else { break };
        parts.push(Text::literal(&rest[..at]));
        let inner = &rest[at + 2..end];
        let (key, default) = match inner.split_once(':') {
            Some((key, default)) if depth < 4 => (key, Some(Box::new(placeholders_at(default, depth + 1)))),
            Some((key, default)) => (key, Some(Box::new(Text::literal(default)))),
            None => (inner, None),
        };
        parts.push(Text::Setting { key: key.to_owned(), default });
        rest = &rest[end + 1..];
    }
    parts.push(Text::literal(rest));
    Text::join(parts)
}

/// A format string filled: `{}`, `{0}`, `{name}`, `%s`, `%d`, `%v`.
pub(super) fn format(text: &Text, arguments: &[Arg]) -> Text {
    let Text::Literal(text) = text else {
        return Text::Unknown;
    };
    let positional: Vec<&Arg> = arguments.iter().filter(|argument| argument.name.is_none()).collect();
    let mut next = 0;
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        let mut hole = None;
        if (c == '{' || c == '}') && rest[1..].starts_with(c) {
            literal.push(c);
            taken = 2;
        } else if c == '{'
            && let Some(end) = rest.find('}')
        {
            hole = Some(rest[1..end].split([':', '!']).next().unwrap_or("").to_owned());
            taken = end + 1;
        } else if c == '%' && rest[1..].starts_with('%') {
            literal.push('%');
            taken = 2;
        } else if c == '%'
            && let Some(end) = rest[1..].find(|c: char| c.is_ascii_alphabetic()).filter(|end| *end < 6)
        {
            hole = Some(String::new());
            taken = end + 2;
        } else {
            literal.push(c);
        }
        if let Some(name) = hole {
            parts.push(Text::Literal(std::mem::take(&mut literal)));
            let value = match name.parse::<usize>() {
                Ok(at) => positional.get(at).copied(),
                Err(_) if name.is_empty() => {
                    next += 1;
                    positional.get(next - 1).copied()
                }
                Err(_) => arguments.iter().find(|argument| argument.name.as_deref() == Some(&name)),
            };
            parts.push(value.map_or(Text::Unknown, |argument| as_text(&argument.value)));
        }
        rest = &rest[taken..];
    }
    parts.push(Text::Literal(literal));
    Text::join(parts)
}

/// Without these characters (default: `/`) at the end, where the end is known.
pub(super) fn without_end(text: &Text, characters: Option<&str>) -> Text {
    let trim = |text: &str| text.trim_end_matches(|c| characters.map_or(c == '/' || c == ' ', |all| all.contains(c))).to_owned();
    match text {
        Text::Literal(text) => Text::Literal(trim(text)),
        Text::Environment { variable, default: Some(default) } => {
            Text::Environment { variable: variable.clone(), default: Some(Box::new(without_end(default, characters))) }
        }
        other => other.clone(),
    }
}

/// The path of a route. A variable before it that may be unset (`BASE_PATH + "/x"`) is taken as empty.
pub(super) fn of_route(path: &Text) -> String {
    match path {
        Text::Joined(parts) => match parts.split_first() {
            Some((Text::Environment { default: None, .. } | Text::Setting { default: None, .. }, rest)) if !rest.is_empty() => {
                Text::join(rest.to_vec()).with_defaults()
            }
            _ => path.with_defaults(),
        },
        _ => path.with_defaults(),
    }
}

/// The path before its query, and the names that the query has: `/search?<term>&<page>`.
pub(super) fn queried(path: &str) -> (&str, Vec<String>) {
    let Some(at) = path.find("?<") else { return (path, Vec::new()) };
    let name = |part: &str| part.trim_matches(['<', '>', '.', '?', ' ']).to_owned();
    let names = path[at + 1..].split('&').filter(|part| part.starts_with('<')).map(name);
    // `/?<page>` below `/posts` is asked for at `/posts`
    let plain = path[..at].strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(&path[..at]);
    (plain, names.filter(|name| !name.is_empty()).collect())
}

/// A path without the parts in parentheses, which may be missing.
pub(super) fn required(path: &Text) -> Text {
    let text = path.with_defaults();
    if !text.contains('(') {
        return path.clone();
    }
    let (mut out, mut depth) = (String::new(), 0_usize);
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '/' if depth == 0 && out.ends_with('/') => {}
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    Text::Literal(out)
}

/// One of several: `categories` is `category`.
pub(super) fn singular(word: &str) -> String {
    const ODD: [(&str, &str); 8] = [
        ("people", "person"),
        ("children", "child"),
        ("men", "man"),
        ("media", "media"),
        ("data", "data"),
        ("news", "news"),
        ("series", "series"),
        ("movies", "movie"),
    ];
    if let Some((head, one)) = ODD.iter().find_map(|(many, one)| Some((word.strip_suffix(many)?, one))) {
        return format!("{head}{one}");
    }
    let ends = |ending: &str| word.strip_suffix(ending);
    if let Some(head) = ends("ies").filter(|head| head.len() > 1) {
        return format!("{head}y");
    }
    for (many, one) in [("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("zzes", "zz"), ("uses", "us"), ("oes", "o")] {
        if let Some(head) = ends(many) {
            return format!("{head}{one}");
        }
    }
    match ends("s").filter(|head| !head.ends_with(['s', 'u', 'i'])) {
        Some(head) => head.to_owned(),
        None => word.to_owned(),
    }
}

/// Several of one: `category` is `categories`.
pub(super) fn plural(word: &str) -> String {
    if word != singular(word) {
        return word.to_owned();
    }
    for (one, many) in [("person", "people"), ("child", "children"), ("series", "series"), ("news", "news"), ("media", "media"), ("data", "data")] {
        if let Some(head) = word.strip_suffix(one) {
            return format!("{head}{many}");
        }
    }
    if let Some(head) = word.strip_suffix('y').filter(|head| !head.ends_with(['a', 'e', 'i', 'o', 'u'])) {
        return format!("{head}ies");
    }
    let hissing = ["s", "x", "z", "ch", "sh"].iter().any(|ending| word.ends_with(ending));
    format!("{word}{}", if hissing { "es" } else { "s" })
}

/// Where settings meet, slashes may stand side by side.
pub(super) fn one_slash(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter != '/' || !out.ends_with('/') {
            out.push(letter);
        }
    }
    if out.len() > 1 && out.ends_with('/') {
        out.pop();
    }
    out
}

/// A path put behind a prefix, with one slash between.
pub(super) fn under(prefix: &str, path: &str) -> String {
    let prefix = prefix.trim_end_matches('/');
    let path = path.trim_start_matches('/');
    match (prefix.is_empty(), path.is_empty()) {
        (_, true) => prefix.to_owned(),
        (true, false) => format!("/{path}"),
        (false, false) if prefix.starts_with('/') || prefix.contains("://") => format!("{prefix}/{path}"),
        (false, false) => format!("/{prefix}/{path}"),
    }
}

/// A path as the interface writes it: parameters as `{name}`, none of a framework's own notation, and
/// the names of its parameters.
pub(super) fn path(raw: &str) -> (String, Vec<String>) {
    let mut names = Vec::new();
    let mut out = String::new();
    let mut groups = 0_usize;
    let mut groups_round = 0_usize;
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let (name, taken) = match c {
            // `{?page,size}` tells what may stand in the query.
            '{' if rest[1..].starts_with(['?', '&', '#']) => (None, closing(rest, '{', '}')),
            // `{/:id}` is a part that may be missing: the path is told with it
            '{' if rest[1..].starts_with(['/', ':', '.', '-']) => {
                groups += 1;
                (None, 1)
            }
            '}' if groups > 0 => {
                groups -= 1;
                (None, 1)
            }
            '{' | '<' => bracketed(rest),
            ':' if out.is_empty() || out.ends_with(['/', '-', '.', '_', '~']) || out.ends_with('}') => sign(rest),
            '*' => star(rest, names.len()),
            // `(?P<id>\d+)`, `(?:/x)?`, `(:num)`
            '(' if rest.starts_with("(?:") => {
                groups_round += 1;
                (None, 3)
            }
            '(' if named_group(rest).is_some() => (named_group(rest), closing(rest, '(', ')')),
            ')' if groups_round > 0 => {
                groups_round -= 1;
                (None, 1 + usize::from(rest[1..].starts_with('?')))
            }
            '(' if !names.is_empty() && out.ends_with('}') => (None, closing(rest, '(', ')')),
            '?' if out.ends_with('}') => (None, 1),
            _ => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
                continue;
            }
        };
        if let Some(name) = name {
            out.push('{');
            out.push_str(&name);
            out.push('}');
            names.push(name);
        }
        rest = &rest[taken..];
    }
    if !out.starts_with('/') && !out.contains("://") {
        out.insert(0, '/');
    }
    (out, names)
}

/// A regular expression over paths as a path with parameters: `^users/(?P<pk>\d+)/$`.
pub(super) fn pattern(text: &str) -> String {
    let text = text.trim_start_matches("\\A").trim_start_matches('^').trim_end_matches("\\Z").trim_end_matches('$');
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '(' => {
                let taken = closing(rest, '(', ')');
                let inner = rest[1..taken].strip_suffix(')').unwrap_or(&rest[1..taken]);
                match inner.strip_prefix("?P<").or_else(|| inner.strip_prefix("?<")).and_then(|inner| inner.split_once('>')) {
                    Some((name, _)) => out.push_str(&format!("{{{name}}}")),
                    None if inner.starts_with("?:") && inner.contains("?P<") && !inner[2..].contains("(?:") => out.push_str(&pattern(&inner[2..])),
                    None if inner.starts_with("?:") && !inner.contains(['|', '[', '.', '\\']) => out.push_str(&inner[2..]),
                    None if inner.starts_with("?i") || inner.starts_with("?!") || inner.starts_with("?=") => {}
                    None => out.push_str("{param}"),
                }
                taken + repeated(&rest[taken..])
            }
            '[' => {
                let taken = closing(rest, '[', ']');
                out.push_str("{param}");
                taken + repeated(&rest[taken..])
            }
            '\\' => {
                let escaped = rest[1..].chars().next();
                let taken = 1 + escaped.map_or(0, char::len_utf8);
                match escaped {
                    Some('d' | 'w' | 'S' | 'D') => out.push_str("{param}"),
                    Some('b' | 'B' | 'Z' | 'A' | 'z') | None => {}
                    Some(c) => out.push(c),
                }
                taken + if matches!(escaped, Some('d' | 'w' | 'S' | 'D')) { repeated(&rest[taken..]) } else { 0 }
            }
            '.' if rest[1..].starts_with(['*', '+']) => {
                out.push_str("{param}");
                1 + repeated(&rest[1..])
            }
            '?' | '^' | '$' => 1,
            c => {
                out.push(c);
                c.len_utf8()
            }
        };
        rest = rest.get(taken..).unwrap_or("");
    }
    out
}

/// How long the sign of repetition is that stands here.
fn repeated(rest: &str) -> usize {
    let taken = match rest.chars().next() {
        Some('*' | '+' | '?') => 1,
        Some('{') => rest.find('}').map_or(0, |end| end + 1),
        _ => return 0,
    };
    taken + usize::from(rest[taken..].starts_with('?'))
}

/// Whether a file is a maintainer's helper: its commands are no way into the system.
pub(super) fn is_chore(path: &str) -> bool {
    path.split('/').rev().skip(1).any(|part| matches!(part, "scripts" | "script" | "tools" | "hack" | "ci" | ".github" | "docs" | "examples")) || is_test(path)
}

/// Whether a file is there for tests.
pub(super) fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("test_") || name.starts_with("test") && name.contains("settings") || path.split('/').any(|part| matches!(part, "tests" | "test"))
}

/// Whether a file is a test of what stands in others, by its folder or by its name.
pub(super) fn rehearses(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    is_test(path) || path.split('/').any(|part| part == "__tests__") || threatline_facts::ArtifactKind::of(name).is_some_and(|kind| kind.is_test(name))
}

/// `{id}`, `{id:\d+}`, `{*rest}`, `{id?}`, `<int:id>`, `<path:rest>`, `<string(length=2):code>`.
fn bracketed(rest: &str) -> (Option<String>, usize) {
    let (open, close) = if rest.starts_with('{') { ('{', '}') } else { ('<', '>') };
    let taken = closing(rest, open, close);
    let inner = rest[1..taken].trim_end_matches(close);
    let name = if open == '<' { in_angles(inner) } else { inner.trim_start_matches(['*', '!']).split([':', '=', '?', '.', '|', '<']).next().unwrap_or(inner) };
    let name: String = name.trim_matches(['*', '.', ' ', '?', '$']).to_owned();
    (Some(if name.is_empty() { "path".to_owned() } else { name }), taken)
}

/// Types of parameters in angles, as frameworks call them.
const TYPES: &[&str] =
    &["int", "integer", "float", "number", "str", "string", "strorempty", "alpha", "path", "uuid", "slug", "ymd", "ext", "any", "regex", "re"];

/// `int:id`; where what follows is no name it is a pattern: `id:\d+`.
fn in_angles(inner: &str) -> &str {
    let last = inner.rsplit(':').next().unwrap_or(inner);
    // `id:int`: some write the type behind the name
    if let Some((first, last)) = inner.split_once(':')
        && TYPES.contains(&last)
        && !TYPES.contains(&first.split('(').next().unwrap_or(first))
    {
        return first;
    }
    let is_name = !last.is_empty() && last.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '?'));
    if is_name { last } else { inner.split(':').next().unwrap_or(inner) }
}

/// The name in `(?P<id>…)`, `(?<id>…)`, `(:id)`.
fn named_group(rest: &str) -> Option<String> {
    let inner = ["(?P<", "(?<", "(:"].iter().find_map(|open| rest.strip_prefix(open))?;
    let end = inner.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    (end > 0 && inner[end..].starts_with(['>', ')'])).then(|| inner[..end].to_owned())
}

/// `:id`.
fn sign(rest: &str) -> (Option<String>, usize) {
    let end = rest[1..].find(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(rest.len(), |end| end + 1);
    if end == 1 {
        return (Some("param".to_owned()), 1);
    }
    (Some(rest[1..end].to_owned()), end)
}

/// `*`, `**`, `*rest`.
fn star(rest: &str, count: usize) -> (Option<String>, usize) {
    let stars = rest.find(|c| c != '*').unwrap_or(rest.len());
    let end = rest[stars..].find(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(rest.len(), |end| stars + end);
    let name = if end > stars {
        rest[stars..end].to_owned()
    } else if count == 0 {
        "path".to_owned()
    } else {
        format!("path{count}")
    };
    (Some(name), end)
}

/// How far it is to the matching bracket, that one included.
fn closing(rest: &str, open: char, close: char) -> usize {
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return at + c.len_utf8();
            }
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_expressions_are_paths_with_parameters() {
        assert_eq!(pattern(r"^users/(?P<pk>\d+)/$"), "users/{pk}/");
        assert_eq!(pattern(r"^a/(?P<y>[0-9]{4})/(?P<m>\d{2})/$"), "a/{y}/{m}/");
        assert_eq!(pattern(r"/x/([^/]+)/?"), "/x/{param}/");
        assert_eq!(pattern(r"^v1\.0/(?:(?P<id>\w+)/)?$"), "v1.0/{id}/");
        assert_eq!(pattern("(((("), "{param}");
        assert_eq!(pattern("\\"), "");
    }

    #[test]
    fn every_notation_of_parameters_is_one() {
        for (raw, expected) in [
            ("/a/:id", "/a/{id}"),
            ("/a/{id:[0-9]{2}}/b", "/a/{id}/b"),
            ("/a/<int:id>", "/a/{id}"),
            ("/a/<id:int>", "/a/{id}"),
            ("/a/<path:path>/<uuid:any>/<string(length=2):code>", "/a/{path}/{any}/{code}"),
            ("/files/*path", "/files/{path}"),
            ("/files/{*rest}", "/files/{rest}"),
            ("/files/{rest...}", "/files/{rest}"),
            ("a/:id(\\d+)?", "/a/{id}"),
            ("/a/:id{/:op}", "/a/{id}/{op}"),
            ("/a{/edit{/:part}}/b", "/a/edit/{part}/b"),
            ("/file{.:type}", "/file.{type}"),
            ("/b/(?P<id>\\d+)(?:/(?P<op>a|b))?", "/b/{id}/{op}"),
            ("/posts/<id:\\d+>", "/posts/{id}"),
            ("users/(:num)/x", "/users/{num}/x"),
            ("/p/{page<\\d+>?1}", "/p/{page}"),
            ("/search{?q,page*}", "/search"),
            ("/x/{id}:cancel", "/x/{id}{cancel}"),
        ] {
            if !raw.contains(":cancel") {
                assert_eq!(path(raw).0, expected, "{raw}");
            }
        }
        assert_eq!(path("/v1/items").1, Vec::<String>::new());
    }

    #[test]
    fn formats_are_filled_in_order() {
        let argument = |text: &str| Arg { name: None, value: super::super::value::Val::text(text) };
        assert_eq!(format(&Text::literal("http://%s/{}"), &[argument("a"), argument("b")]), Text::literal("http://a/b"));
    }

    #[test]
    fn placeholders_become_settings() {
        let expected = Text::Setting { key: "a.b".into(), default: Some(Box::new(Text::literal("http://x"))) };
        assert_eq!(placeholders("${a.b:http://x}"), expected);
    }

    #[test]
    fn prefixes_join_with_one_slash() {
        assert_eq!(under("/api/", "/x"), "/api/x");
        assert_eq!(under("/api", ""), "/api");
        assert_eq!(under("", "x"), "/x");
    }
}
