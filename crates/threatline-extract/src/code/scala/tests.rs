#![allow(clippy::unwrap_used)]

use crate::code::show::show;

fn check(text: &str, expected: &str) {
    let shown = show(&super::lower(text));
    assert_eq!(shown.trim(), expected.trim(), "\n{shown}");
}

#[test]
fn imports_go_on_where_others_began() {
    check(
        "package a\npackage b\nimport c.d.{E, F => G, _}\nimport E.x\nval dsl = H[IO]\nimport c.H\nimport dsl._\n",
        r#"
package a.b
3 import E = c.d / E
3 import G = c.d / F
3 import * = c.d / *
4 import x = c.d.E / x
6 import H = c / H
7 import * = c.H / *
5 dsl = H<IO>()
"#,
    );
}

#[test]
fn blocks_that_are_handed_over_are_functions() {
    check(
        "object A {\n  val r = path(\"a\" / Id) { id => get { ok(id) } ~ post(ok) }\n}\n",
        r#"
1 Object A: [] 1:1-3
  2 field r = path(("a" / Id))((id) => (get(() => ok(id)) ~ post(ok)))
"#,
    );
}

#[test]
fn cases_are_branches_that_call_what_has_their_names() {
    check(
        "val r = of[IO] {\n  case GET -> Root / \"a\" / Int(id) :? Q(q) => f(id)\n  case x @ (PUT | POST) -> Root / name if ok => g(x)\n}\n",
        r#"
1 r = of<IO>(((value)) => { 2 if ((value) case ((GET -> ((Root / "a") / "{id}")) :? Q("{q}")));   2 return (id, q) => f(id)(); else;   3 if (((value) case ([PUT, POST] -> (Root / "{name}"))) and ok);     3 return (x, name) => g(x)() })
"#,
    );
}

#[test]
fn what_stands_in_a_class_is_done_when_one_is_made() {
    check(
        "class A(db: Db)(implicit ec: Ec) extends B(db) {\n  get(\"/x\") { 1 }\n  def f = db.x\n}\nobject A { val y = 2 }\n",
        r#"
1 Class A: [B] 1:1-4
  1 field db: Db
  1 field ec: Ec
  5 field y = 2
  public fn A(db: Db, ec: Ec = ?()) 1:1-4
    1 self.db = db
    1 self.ec = ec
    1 super(db)
    2 get("/x")(() => 1)
  public fn f() 3:3-3
    3 return db.x
"#,
    );
}

#[test]
fn blanks_are_parameters() {
    check(
        "a.map(_.name)\na.reduce(_ ~ _)\nf(_, 1)\nval g = h _\ns\"x $a ${b.c}\"\nuri\"http://$h/x\"\n",
        r#"
1 a.map((_1) => _1.name)
2 a.reduce((_1, _2) => (_1 ~ _2))
3 (_1) => f(_1, 1)
4 g = h
5 template["x ", a, " ", b.c]
6 uri(template["http://", h, "/x"])
"#,
    );
}
