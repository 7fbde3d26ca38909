//! Names of files and folders as parts of a path, and patterns of paths that a guard is limited to.

use threatline_knowledge::packs::{Notation, RoutedRule};

/// The path that a file's place stands for, with a slash at its start (the root is empty); none for what is no route.
pub(super) fn segments(rule: &RoutedRule, rest: &str) -> Option<String> {
    let mut parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    if parts.last().is_some_and(|last| rule.omit.iter().any(|omit| omit == last)) {
        parts.pop();
    }
    let mut out = String::new();
    for part in parts {
        match rule.notation {
            Notation::Plain | Notation::Signs => {
                out.push('/');
                out.push_str(part);
            }
            Notation::Brackets => {
                if let Some(written) = bracketed(part)? {
                    out.push('/');
                    out.push_str(&written);
                }
            }
            Notation::Dollars => {
                // `settings+/profile`: folders where others write `settings.profile`
                for written in dollars(part.strip_suffix('+').unwrap_or(part), &rule.omit) {
                    out.push('/');
                    out.push_str(&written);
                }
            }
        }
    }
    Some(out)
}

/// A path whose parts are written as names of files are.
pub(super) fn written(notation: Notation, path: &str) -> String {
    let mut out = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let parts = match notation {
            Notation::Plain => vec![part.to_owned()],
            Notation::Signs => vec![signed(part)],
            Notation::Brackets => bracketed(part).flatten().into_iter().collect(),
            // a group in brackets is no part that may be missing
            Notation::Dollars if part.starts_with('(') && part.ends_with(')') => Vec::new(),
            Notation::Dollars => dollars(part, &[]),
        };
        for part in parts {
            out.push('/');
            out.push_str(&part);
        }
    }
    if out.is_empty() { "/".to_owned() } else { out }
}

/// `@id`, `@id:integer`, `?id`, and `${id}`, `#{id}`.
fn signed(part: &str) -> String {
    if let Some(rest) = part.strip_prefix(['$', '#']).filter(|rest| rest.starts_with('{') && rest.ends_with('}')) {
        return rest.to_owned();
    }
    match part.strip_prefix(['@', '?']) {
        Some(name) => format!("{{{}}}", name.split(':').next().unwrap_or(name)),
        None => part.to_owned(),
    }
}

/// `[id]`, `[...rest]`, `[[optional]]`, `[id=matcher]`, `[x+2e]`; groups and slots add nothing; what is shown in
/// place of another route is no path of its own.
fn bracketed(part: &str) -> Option<Option<String>> {
    if part.starts_with("(.") {
        return None;
    }
    if part.starts_with('@') || (part.starts_with('(') && part.ends_with(')')) {
        return Some(None);
    }
    let mut out = String::new();
    let mut rest = part;
    while let Some(at) = rest.find('[') {
        out.push_str(&rest[..at]);
        let inner = rest[at..].trim_start_matches('[');
        let Some(end) = inner.find(']') else {
            out.push_str(&rest[at..]);
            return Some(Some(out));
        };
        let name = &inner[..end];
        if let Some(code) = name.strip_prefix("x+").and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
            out.push(code);
        } else {
            let name = name.trim_start_matches("...").split('=').next().unwrap_or("");
            out.push('{');
            out.push_str(if name.is_empty() { "path" } else { name });
            out.push('}');
        }
        rest = inner[end..].trim_start_matches(']');
    }
    out.push_str(rest);
    Some(Some(out))
}

/// `users.$id_.edit`: dots part, `$id` is a parameter, a lone `$` the rest, `_auth` adds nothing, `(x)` may be
/// missing, `[.]` is what it holds.
fn dollars(part: &str, omit: &[String]) -> Vec<String> {
    let mut pieces: Vec<(String, bool)> = vec![(String::new(), false)];
    let mut escaped = false;
    for letter in part.chars() {
        match letter {
            '[' if !escaped => escaped = true,
            ']' if escaped => escaped = false,
            '.' if !escaped => pieces.push((String::new(), false)),
            '(' | ')' if !escaped => {}
            letter => {
                if let Some(last) = pieces.last_mut() {
                    last.0.push(letter);
                    last.1 |= escaped;
                }
            }
        }
    }
    let last = pieces.len() - 1;
    let mut out = Vec::new();
    for (at, (piece, literal)) in pieces.into_iter().enumerate() {
        if literal {
            out.push(piece);
            continue;
        }
        if piece.is_empty() || piece.starts_with('_') || (at == last && last > 0 && omit.contains(&piece)) {
            continue;
        }
        let piece = piece.trim_end_matches('_');
        out.push(match piece.strip_prefix('$') {
            Some("") => "{path}".to_owned(),
            Some(name) => format!("{{{name}}}"),
            None => piece.to_owned(),
        });
    }
    out
}

/// How much of a path's requests patterns cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cover {
    All,
    Nothing,
    Unknown,
}

/// Whether a path lies under one of the patterns; no patterns cover everything.
pub(super) fn covers(only: &[Option<String>], path: &str) -> Cover {
    if only.is_empty() {
        return Cover::All;
    }
    let mut out = Cover::Nothing;
    for one in only {
        match one.as_deref().map_or(Cover::Unknown, |pattern| covered(pattern, path)) {
            Cover::All => return Cover::All,
            Cover::Unknown => out = Cover::Unknown,
            Cover::Nothing => {}
        }
    }
    out
}

fn covered(pattern: &str, path: &str) -> Cover {
    if let Some(rest) = pattern.strip_prefix("/((?!")
        && let Some((not, "" | "/" | "/?")) = rest.rsplit_once(").*)").or_else(|| rest.rsplit_once(").+)"))
    {
        return except(not, path);
    }
    let wanted: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let mut out = Cover::All;
    for (at, want) in wanted.iter().enumerate() {
        let is_last = at + 1 == wanted.len();
        let is_rest = *want == "(.*)" || *want == "*" || *want == "**" || (want.starts_with(':') && want.ends_with(['*', '+']));
        if is_rest && is_last {
            let needs_one = want.ends_with('+');
            return if needs_one && parts.len() <= at { Cover::Nothing } else { out };
        }
        let plain = want.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '~'));
        let named = want.strip_prefix(':').is_some_and(|name| name.chars().all(|letter| letter.is_alphanumeric() || letter == '_'));
        match parts.get(at) {
            Some(_) if named => {}
            Some(part) if plain && part == want => {}
            // a parameter may have that value, and others
            Some(part) if plain && part.contains('{') => out = Cover::Unknown,
            _ if plain || named => return Cover::Nothing,
            _ => return Cover::Unknown,
        }
    }
    if parts.len() == wanted.len() { out } else { Cover::Nothing }
}

/// All but what begins with one of these: `api|_next/static|.*\.png$`.
fn except(not: &str, path: &str) -> Cover {
    let path = path.trim_start_matches('/');
    let mut out = Cover::All;
    for one in not.split('|') {
        let is_plain = one.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '/' | '.'));
        let is_ending = one.ends_with('$') && one.contains("\\.");
        if is_plain && path.starts_with(one) {
            return Cover::Nothing;
        }
        if !is_plain && (!is_ending || path.contains(['.', '{'])) {
            out = Cover::Unknown;
        }
        if path.starts_with('{') {
            out = Cover::Unknown;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_parameters_and_groups_are_nothing() {
        assert_eq!(bracketed("[...slug]"), Some(Some("{slug}".into())));
        assert_eq!(bracketed("[[lang]]"), Some(Some("{lang}".into())));
        assert_eq!(bracketed("page-[id=int].json"), Some(Some("page-{id}.json".into())));
        assert_eq!(bracketed("(shop)"), Some(None));
        assert_eq!(bracketed("@modal"), Some(None));
        assert_eq!(bracketed("(..)photo"), None);
        assert_eq!(bracketed("[x+2e]well-known"), Some(Some(".well-known".into())));
        assert_eq!(bracketed("[ä"), Some(Some("[ä".into())));
    }

    #[test]
    fn dots_part_and_dollars_are_parameters() {
        let none: [String; 0] = [];
        assert_eq!(dollars("shops.$shopId_.items", &none), ["shops", "{shopId}", "items"]);
        assert_eq!(dollars("_auth.login", &none), ["login"]);
        assert_eq!(dollars("files.$", &none), ["files", "{path}"]);
        assert_eq!(dollars("feed[.]xml", &none), ["feed.xml"]);
        assert_eq!(dollars("($lang).about", &none), ["{lang}", "about"]);
        assert_eq!(dollars("shops._index", &["_index".to_owned()]), ["shops"]);
    }

    #[test]
    fn patterns_cover_what_they_surely_cover() {
        let one = |pattern: &str, path: &str| covers(&[Some(pattern.to_owned())], path);
        assert_eq!(one("/admin/:path*", "/admin"), Cover::All);
        assert_eq!(one("/admin/:path*", "/admin/users/{id}"), Cover::All);
        assert_eq!(one("/admin/:path*", "/administrators"), Cover::Nothing);
        assert_eq!(one("/admin/:id", "/admin/a/b"), Cover::Nothing);
        assert_eq!(one("/((?!api|_next/static|.*\\.png$).*)", "/api/x"), Cover::Nothing);
        assert_eq!(one("/((?!api|_next/static|.*\\.png$).*)", "/shop"), Cover::All);
        assert_eq!(one("/(a|b)/x", "/a/x"), Cover::Unknown);
        assert_eq!(one("/a/b", "/a/{id}"), Cover::Unknown);
        assert_eq!(covers(&[], "/x"), Cover::All);
        assert_eq!(covers(&[None], "/x"), Cover::Unknown);
    }
}
