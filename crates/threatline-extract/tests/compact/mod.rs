//! `Debug` output made short enough to be read: empty fields and wrappers are left out.

use std::iter::Peekable;
use std::str::Chars;

const WIDTH: usize = 140;

enum Value {
    Atom(String),
    /// Name, brackets, elements; a field's name stands before its value.
    Group(String, char, Vec<(Option<String>, Value)>),
}

/// A fact on a line, or on several when it is long.
pub(crate) fn show(debug: &str, place: &dyn Fn(usize) -> String) -> String {
    let mut letters = debug.chars().peekable();
    let value = shorten(value(&mut letters), place);
    let mut out = String::new();
    print(&value, None, 0, &mut out);
    out
}

fn value(letters: &mut Peekable<Chars>) -> Value {
    let mut name = String::new();
    loop {
        match letters.peek() {
            Some('"' | '\'') => name += &quoted(letters),
            Some(open @ ('{' | '(' | '[')) => {
                let open = *open;
                letters.next();
                return Value::Group(name.trim().to_owned(), open, elements(letters));
            }
            None | Some(',' | '}' | ')' | ']' | ':') => return Value::Atom(name.trim().to_owned()),
            Some(_) => name.extend(letters.next()),
        }
    }
}

fn quoted(letters: &mut Peekable<Chars>) -> String {
    let mut out = String::new();
    out.extend(letters.next());
    while let Some(letter) = letters.next() {
        out.push(letter);
        if letter == '\\' {
            out.extend(letters.next());
        } else if letter == '"' || letter == '\'' && out.starts_with('\'') {
            break;
        }
    }
    out
}

fn elements(letters: &mut Peekable<Chars>) -> Vec<(Option<String>, Value)> {
    let mut out = Vec::new();
    loop {
        while letters.next_if(|letter| *letter == ' ' || *letter == ',').is_some() {}
        if letters.next_if(|letter| matches!(letter, '}' | ')' | ']')).is_some() || letters.peek().is_none() {
            return out;
        }
        let first = value(letters);
        if letters.next_if(|letter| *letter == ':').is_some() {
            let Value::Atom(name) = first else { panic!("a key that is no word") };
            letters.next_if(|letter| *letter == ' ');
            out.push((Some(name), value(letters)));
        } else {
            out.push((None, first));
        }
    }
}

fn shorten(value: Value, place: &dyn Fn(usize) -> String) -> Value {
    let Value::Group(name, open, elements) = value else { return value };
    if let ("Mark", [(None, Value::Atom(number))]) = (name.as_str(), elements.as_slice()) {
        return Value::Atom(place(number.parse().unwrap()));
    }
    let record = open == '{';
    let mut elements: Vec<_> = elements.into_iter().map(|(key, value)| (key, shorten(value, place))).collect();
    if record && !name.is_empty() {
        elements.retain(|(_, value)| !is_empty(value));
        for (key, _) in &mut elements {
            if key.as_deref() == Some("mark") {
                *key = None;
            }
        }
    }
    let wraps = elements.len() == 1 && open == '(' && elements[0].0.is_none();
    let wrapper = matches!(name.as_str(), "Some" | "Literal" | "Text" | "Infra" | "Code" | "Spec" | "Manifest");
    // A list that is there and empty says something else than no list.
    let says = wraps && !(name == "Some" && is_empty(&elements[0].1));
    if says && (wrapper || matches!(&elements[0].1, Value::Group(inner, '{', _) if *inner == name)) {
        return elements.remove(0).1;
    }
    Value::Group(name, open, elements)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Atom(text) => matches!(text.as_str(), "None" | "false"),
        Value::Group(name, _, elements) => name.is_empty() && elements.is_empty(),
    }
}

fn line(value: &Value) -> String {
    match value {
        Value::Atom(text) => text.clone(),
        Value::Group(name, open, elements) => {
            let inner: Vec<String> =
                elements.iter().map(|(key, value)| key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default() + &line(value)).collect();
            format!("{name}{open}{}{}", inner.join(", "), close(*open))
        }
    }
}

fn print(value: &Value, key: Option<&str>, depth: usize, out: &mut String) {
    let before = format!("{}{}", "  ".repeat(depth), key.map(|key| format!("{key}: ")).unwrap_or_default());
    let whole = line(value);
    match value {
        Value::Group(name, open, elements) if before.len() + whole.len() > WIDTH => {
            *out += &format!("{before}{name}{open}\n");
            for (key, value) in elements {
                print(value, key.as_deref(), depth + 1, out);
            }
            *out += &format!("{}{}\n", "  ".repeat(depth), close(*open));
        }
        _ => *out += &format!("{before}{whole}\n"),
    }
}

fn close(open: char) -> char {
    match open {
        '{' => '}',
        '(' => ')',
        _ => ']',
    }
}
