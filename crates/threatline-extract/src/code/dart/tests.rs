#![allow(clippy::unwrap_used)]

use crate::code::show::show;

fn check(text: &str, expected: &str) {
    let shown = show(&super::lower(text));
    assert_eq!(shown.trim(), expected.trim(), "\n{shown}");
}

#[test]
fn imports_and_exports() {
    check(
        "import 'package:shelf/shelf.dart';\nimport 'dart:io' as io;\nimport '../a.dart' show B;\nexport 'src/c.dart';\npart 'd.g.dart';\nfinal _x = 1;\nint f(int a, {required String b}) => a;\n",
        r#"
1 import * = package:shelf/shelf.dart / *
2 import io = dart:io / (module)
3 import B = ../a.dart / B
5 import * = ./d.g.dart / *
6 _x = 1
7 public static fn f(a: int, b: String) -> int 7:7-7
  7 return a
"#,
    );
}

#[test]
fn a_cascade_gives_back_its_object() {
    check(
        "final r = Router()..get('/a', f)..x = 1;\n",
        r#"
1 r = () => { 1 (cascade) = Router(); 1 (cascade).get("/a", f); 1 (cascade).x = 1; 1 return (cascade) }()
"#,
    );
}

#[test]
fn constructors_fill_fields() {
    check(
        "class A extends B with M implements I {\n  final Db db;\n  A(this.db, {int n = 2}) : c = n, super(1) { go(); }\n  A.named();\n  Router get router => _r(this);\n  @Route.get('/x/<id>')\n  Future<Response> x(Request q, String id) async => Response.ok('$id ${q.url}');\n}\n",
        r#"
1 Class A: [B, M, I] 1:1-8
  2 field db: Db
  5 field router: Router = _r(self)
  public fn A(db: Db, n: int = 2) 3:3-3
    3 self.db = db
    3 self.c = n
    3 super(1)
    3 go()
  public static fn named() -> A 4:4-4
  @Route.get("/x/<id>") public fn x(q: Request, id: String) -> Response 7:6-7
    7 return Response.ok(template[id, " ", q.url])
"#,
    );
}

#[test]
fn choices_are_branches() {
    check(
        "f(c) {\n  switch (c.m) { case 'a': g(); break; default: h(); }\n  return switch (c.method) { HttpMethod.get => a(c), HttpMethod.post || HttpMethod.put => b(c), _ => throw X() };\n}\n",
        r#"
1 public static fn f(c) 1:1-4
  2 if (c.m == "a")
    2 g()
  else
    2 h()
  3 return () => { 3 if (c.method == HttpMethod.get);   3 return a(c); else;   3 if ((c.method == HttpMethod.post) or (c.method == HttpMethod.put));     3 return b(c);   else;     3 throw X() }()
"#,
    );
}
