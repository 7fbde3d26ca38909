#![allow(clippy::unwrap_used)]

use crate::code::show::show;

fn check(text: &str, expected: &str) {
    let shown = show(&super::lower(text));
    assert_eq!(shown.trim(), expected.trim(), "\n{shown}");
}

#[test]
fn closures_behind_the_parentheses_are_arguments() {
    check(
        "app.get(\"a\", \":id\") { req in \"x\" }\nf { $0.name }\ng(1) { 2 } then: { x in 3 }\n",
        r#"
1 app.get("a", ":id", (req) => "x")
2 f(($0) => $0.name)
3 g(1, () => 2, then: (x) => 3)
"#,
    );
}

#[test]
fn what_must_hold_is_tested() {
    check(
        "guard let user = find(id), user.ok else { throw Abort(.unauthorized) }\nif let t = token { use(t) } else if a { b() }\n",
        r#"
1 user = find(id)
1 if !(!(user == null) and user.ok)
  1 throw Abort(.unauthorized)
2 t = token
2 if !(t == null)
  2 use(t)
else
  2 if a
    2 b()
"#,
    );
}

#[test]
fn extensions_are_parts_of_their_class() {
    check(
        "import Vapor\nstruct A { let db: Db }\nextension A: RouteCollection { func boot(routes: any RoutesBuilder) throws { routes.get(use: list) } }\nextension Request { func me() -> User { user } }\n",
        r#"
1 import * = Vapor / *
2 Struct A: [RouteCollection] 2:2-2
  2 field db: Db
  public fn boot(routes: RoutesBuilder) 3:3-3
    3 return routes.get(use: list)
4 public fn me() -> User 4:4-4
  4 return user
"#,
    );
}

#[test]
fn texts_and_choices() {
    check(
        "let u = \"https://\\(host)/x\"\nlet q = req.query[String.self, at: \"q\"] ?? \"n\"\nswitch a {\ncase .x: f()\ndefault: g()\n}\nlet (d, _) = try await c.data(from: URL(string: u)!)\n",
        r#"
1 u = template["https://", host, "/x"]
2 q = (req.query["q"] ?? "n")
4 if (a == .x)
  4 f()
else
  5 g()
7 [d, _] = c.data(from: URL(string: u))
"#,
    );
}
