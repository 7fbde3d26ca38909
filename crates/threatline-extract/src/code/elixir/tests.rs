#![allow(clippy::unwrap_used)]

use crate::code::show::show;

fn check(text: &str, expected: &str) {
    let shown = show(&super::lower(text));
    assert_eq!(shown.trim(), expected.trim(), "\n{shown}");
}

#[test]
fn names_of_modules_are_written_in_full() {
    check(
        "alias Shop.Web.{Orders, Users}\nalias Shop.Repo, as: R\nR.all(Users.query())\nfind(Elixir.Orders)\n",
        r#"
3 Shop.Repo.all(Shop.Web.Users.query())
4 find(Orders)
"#,
    );
}

#[test]
fn a_pipe_hands_on_what_stands_before_it() {
    check(
        "conn |> put_status(401) |> halt\nparams |> Map.get(\"q\", \"all\") |> find()\n",
        r#"
1 halt(put_status(conn, 401))
2 find((params["q"] ?? "all"))
"#,
    );
}

#[test]
fn clauses_of_one_name_are_branches() {
    let text = "defmodule A do\n  def f(%{\"id\" => id} = params), do: g(id, params)\n  def f(nil), do: nil\n  def f(other) when is_list(other) do\n    h(other)\n  end\nend\n";
    check(
        text,
        r#"
1 Object A: [] 1:1-7
  public fn f(params) 2:2-2
    2 if ?(params)
      2 id = params["id"]
      2 return g(id, params)
    else
      3 if (params == null)
        3 return null
      else
        4 if is_list(other)
          4 other = params
          5 return h(other)
        else
          2 throw
"#,
    );
}

#[test]
fn a_match_that_fails_leads_to_the_alternative() {
    check(
        "with {:ok, user} <- find(id), :ok <- check(user) do\n  user\nelse\n  _ -> halt(conn)\nend\n",
        r#"
1 (with 0) = find(id)
1 if (with 0)
  1 [?(), user] = (with 0)
  1 (with 1) = check(user)
  1 if ((with 1) == "ok")
    2 user
  else
    4 halt(conn)
else
  4 halt(conn)
"#,
    );
    check(
        "case find(id) do\n  {:ok, user} -> user\n  {:error, _} -> nil\nend\n",
        r#"
1 (case) = find(id)
2 if (case)
  2 [?(), user] = (case)
  2 user
else
  3 if !(case)
    3 [?(), _] = (case)
    3 null
  else
    2 throw
"#,
    );
}

#[test]
fn what_a_macro_quotes_is_a_base_of_the_modules_that_use_it() {
    let text = "defmodule Web do\n  def router do\n    quote do\n      use Phoenix.Router\n      plug :x\n    end\n  end\nend\ndefmodule Web.Router do\n  use Web, :router\n  @timeout 5\n  get \"/\", Page, :home when action in [:a]\nend\n";
    check(
        text,
        r#"
1 Object Web: [] 1:1-8
  public fn router() 2:2-7
    5 return plug("x")
  2 Object Web.router: [Phoenix.Router] 2:2-7
    static fn (included)() 2:2-7
      5 plug("x")
9 Object Web.Router: [Web.router] 9:9-13
  11 field @timeout = 5
  static fn (class)() 9:9-13
    12 get("/", Page, "home", only: ["a"])
"#,
    );
}

#[test]
fn deep_nesting_is_cut_and_broken_text_is_read() {
    super::lower(&("[".repeat(4_000) + &"]".repeat(4_000)));
    super::lower(&"a(fn -> ".repeat(2_000));
    super::lower(&"defmodule A do\n".repeat(2_000));
    super::lower(&"case x do y -> ".repeat(2_000));
    assert!(super::lower("def (").has_errors);
}
