#![allow(clippy::unwrap_used)]

use crate::code::show::show;

fn check(text: &str, expected: &str) {
    let shown = show(&super::lower(text));
    assert_eq!(shown.trim(), expected.trim(), "\n{shown}");
}

#[test]
fn imports_keep_module_and_member() {
    check(
        "import flask\nimport os.path as p\nfrom .auth import guard as g\nfrom x import *\n",
        "1 import flask = flask / (module)\n2 import p = os.path / (module)\n3 import g = .auth / guard\n4 import * = x / *",
    );
}

#[test]
fn strings_are_unescaped_and_interpolated() {
    let module = super::lower("a = f'{x}/y{{z}}'\nb = 'q' 'r'\nc = '%s/%d' % (u, v)\n");
    let text = show(&module);
    assert!(text.contains("\"/y{z}\""), "{text}");
    assert!(text.contains("\"qr\""), "{text}");
}
