//! The spanned tree: positions, merge keys, and what hostile text does to it.
#![allow(clippy::unwrap_used)]

use threatline_extract::node::{Kind, Node, parse};
use threatline_facts::ArtifactKind::{Json, Yaml};

fn one(text: &str) -> Node {
    let mut documents = parse(Yaml, text).unwrap();
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0)
}

fn lines(node: &Node) -> (u32, u32) {
    (node.line, node.end_line)
}

#[test]
fn a_block_ends_with_its_last_value() {
    let node = one("a:\n  b: 1\n  c: |\n    x\n    y\n\n# comment\n\nd:\n- e\n- f: [1,\n   2]\n");
    assert_eq!(lines(&node), (1, 12));
    assert_eq!(lines(node.get("a").unwrap()), (2, 5));
    assert_eq!(node.str_at(&["a", "c"]), Some("x\ny\n"));
    assert_eq!(lines(node.at(&["a", "c"]).unwrap()), (4, 5));
    assert_eq!(lines(node.get("d").unwrap()), (10, 12));
    assert_eq!(node.entry("d").unwrap().line, 9);
}

#[test]
fn scalars_follow_the_core_schema() {
    let node = one("{a: 0x1F, b: '12', c: yes, d: ~, e: , f: 'null', g: 0o17, h: \"no\", i: 70000, j: !!str 1, k: !Ref X}");
    assert_eq!(node.get("a").unwrap().as_int(), Some(31));
    assert_eq!(node.get("b").unwrap().as_int(), Some(12));
    assert_eq!(node.get("c").unwrap().as_bool(), Some(true));
    assert!(node.get("d").unwrap().is_null() && node.get("e").unwrap().is_null());
    assert_eq!(node.str_at(&["f"]), Some("null"));
    assert_eq!(node.get("g").unwrap().as_int(), Some(15));
    assert_eq!(node.get("h").unwrap().as_bool(), Some(false));
    assert_eq!(node.get("i").unwrap().as_port(), None);
    assert_eq!(node.get("j").unwrap().tag, None);
    assert_eq!(node.get("k").unwrap().tag.as_deref(), Some("!Ref"));
}

#[test]
fn merge_keys_fill_in_what_is_not_written() {
    let node = one("x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 9\nq:\n  '<<': kept\nr: {<<: *x}\n");
    let z = node.get("z").unwrap();
    let keys: Vec<_> = z.entries().iter().map(|entry| (entry.key.as_str(), entry.value.as_str().unwrap())).collect();
    assert_eq!(keys, [("b", "2"), ("c", "4"), ("a", "9")]);
    assert_eq!(node.str_at(&["q", "<<"]), Some("kept"));
    assert_eq!(node.str_at(&["r", "a"]), Some("1"));
}

#[test]
fn one_broken_document_loses_only_itself() {
    let documents = parse(Yaml, "a: 1\n---\nb: [\n---\nc: 3\n--- # empty\n---\nd: {{ .Values.x }}{\n").unwrap();
    assert_eq!(documents.len(), 4);
    assert_eq!(documents[0].str_at(&["a"]), Some("1"));
    assert_eq!(documents[1].kind, Kind::Lost("not valid YAML".to_owned()));
    assert_eq!(lines(&documents[1]), (2, 3));
    assert_eq!((documents[2].str_at(&["c"]), documents[2].line), (Some("3"), 5));
    assert_eq!(documents[3].kind, Kind::Lost("a template".to_owned()));
}

#[test]
fn json_has_lines_and_comments() {
    let documents = parse(Json, "// note\n{\n  \"a\": [1,\n   {\"b\": null}],\n  \"c\": \"x\",\n}\n").unwrap();
    assert_eq!(lines(&documents[0]), (2, 6));
    assert_eq!(lines(documents[0].get("a").unwrap()), (3, 4));
    assert!(documents[0].get("a").unwrap().items()[1].get("b").unwrap().is_null());
    assert_eq!(documents[0].entry("c").unwrap().line, 5);
    assert_eq!(parse(Json, "  \n").unwrap(), []);
}

#[test]
fn brackets_and_quotes_may_end_at_their_key() {
    let node = one("a:\n  b: [\n    x,\n  ]\n  c: {\n  d: 1\n  }\n  e: '[\n  y\n]'\n  f: \"p\n q\"\ng: 2\n");
    assert_eq!(node.at(&["a", "b"]).unwrap().items().len(), 1);
    assert_eq!(lines(node.at(&["a", "b"]).unwrap()), (2, 4));
    assert_eq!(node.str_at(&["a", "c", "d"]), Some("1"));
    assert_eq!(node.str_at(&["a", "e"]), Some("[ y ]"));
    assert_eq!(node.str_at(&["a", "f"]), Some("p q"));
    assert_eq!(node.entry("g").unwrap().line, 13);
}

#[test]
fn hostile_text_is_refused_and_nothing_breaks() {
    let bomb = (1..30).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |mut text, n| {
        let before = n - 1;
        text += &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{before}"); 9].join(", "));
        text
    });
    let ladder = (1..900).fold("a0: &a0 [x]\n".to_owned(), |text, n| text + &format!("a{n}: &a{n} [*a{}]\n", n - 1));
    let huge = format!("a: &a {}\nb: [{}]\n", "x".repeat(400_000), vec!["*a"; 10_000].join(", "));
    for (name, text) in [
        ("block maps", (0..20_000).fold(String::new(), |text, n| if n < 700 { text + &" ".repeat(n) + "a:\n" } else { text })),
        ("dashes", "- ".repeat(100_000)),
        ("brackets", "[".repeat(100_000)),
        ("braces", "{a: ".repeat(100_000)),
        ("questions", "? ".repeat(100_000)),
        ("bomb", bomb),
        ("ladder", ladder),
        ("huge scalar, many aliases", huge),
        ("unknown alias", "a: *b".to_owned()),
        ("self", "a: &a [*a]".to_owned()),
        ("template", "{{- if .Values.x }}\na: 1\n{{- end }}\n".to_owned()),
    ] {
        assert!(parse(Yaml, &text).is_err(), "{name}");
    }
    assert_eq!(parse(Yaml, "{{- if .Values.x }}\na: 1\n{{- end }}\n"), Err("a template".to_owned()));
    for text in [
        "\0",
        "a: \0\n",
        "\t\t:\n\t- {",
        "%TAG ! x\n%YAML 9\n---\n",
        "'",
        "\"\\x",
        "- - -\n -",
        "&a",
        "<<: <<\n<<: [<<]",
        "!!!<<<>>>",
        ": :\n: ?",
        "---\n---\n...\n---",
    ] {
        let _ = parse(Yaml, text);
        let _ = parse(Json, text);
    }
    assert!(parse(Json, &"[".repeat(400)).is_err());
    assert!(parse(Json, &format!("{}{}", "[".repeat(200), "]".repeat(200))).is_err());
    assert!(parse(Json, &"{\"a\":".repeat(100_000)).is_err());
    assert!(parse(Json, "{} {}").is_err());
    assert_eq!(parse(Yaml, &format!("a: {}", "x".repeat(900_000))).unwrap().len(), 1);
}
