//! Elixir: scopes, pipelines and plugs, and what macros put into modules.
#![allow(clippy::unwrap_used)]

mod common;

use common::{check, told};

const WEB: &str = "defmodule ShopWeb do
  def router do
    quote do
      use Phoenix.Router, helpers: false
      import Plug.Conn
    end
  end
  def controller do
    quote do
      use Phoenix.Controller
      import Plug.Conn
    end
  end
  defmacro __using__(which) when is_atom(which) do
    apply(__MODULE__, which, [])
  end
end
";

const AUTH: &str = "defmodule ShopWeb.UserAuth do
  import Plug.Conn
  import Phoenix.Controller

  def fetch_current_user(conn, _opts) do
    token = get_session(conn, :user_token)
    user = token && Accounts.get_user_by_session_token(token)
    assign(conn, :current_user, user)
  end

  def require_authenticated_user(conn, _opts) do
    if conn.assigns[:current_user] do
      conn
    else
      conn |> put_flash(:error, \"You must log in\") |> redirect(to: ~p\"/users/log_in\") |> halt()
    end
  end

  def redirect_if_user_is_authenticated(conn, _opts) do
    if conn.assigns[:current_user] do
      conn |> redirect(to: \"/\") |> halt()
    else
      conn
    end
  end
end
";

const ORDERS: &str = "defmodule ShopWeb.OrderController do
  use ShopWeb, :controller
  def index(conn, params), do: render(conn, :index, page: params[\"page\"])
  def show(conn, %{\"id\" => id} = params) do
    full = params[\"full\"]
    render(conn, :show, order: Orders.get(id, full))
  end
  def create(conn, %{\"order\" => order}), do: json(conn, Orders.create(order))
end
";

const PAGES: &str = "defmodule ShopWeb.PageController do
  use ShopWeb, :controller
  def home(conn, _), do: render(conn, :home)
  def create(conn, _), do: render(conn, :home)
  def index(conn, _), do: render(conn, :home)
  def show(conn, _), do: render(conn, :home)
end
";

fn phoenix(routes: &str, expected: &[&str]) {
    let router = format!("defmodule ShopWeb.Router do\n  use ShopWeb, :router\n  import ShopWeb.UserAuth\n{routes}\nend\n");
    check(
        &[
            ("lib/shop_web.ex", WEB),
            ("lib/shop_web/user_auth.ex", AUTH),
            ("lib/shop_web/controllers/order_controller.ex", ORDERS),
            ("lib/shop_web/controllers/page_controller.ex", PAGES),
            ("lib/shop_web/router.ex", &router),
        ],
        expected,
    );
}

#[test]
fn a_scope_goes_through_its_pipelines() {
    phoenix(
        "pipeline :browser do
           plug :accepts, [\"html\"]
           plug :fetch_session
           plug :fetch_current_user
         end
         scope \"/\", ShopWeb do
           pipe_through :browser
           get \"/\", PageController, :home
         end
         scope \"/shop\", ShopWeb do
           pipe_through [:browser, :require_authenticated_user]
           resources \"/orders\", OrderController
         end",
        &["GET / false C", "GET /shop/orders true X", "GET /shop/orders/{id} true X", "POST /shop/orders true X"],
    );
}

#[test]
fn what_turns_away_those_who_are_known_and_what_is_not_at_hand_prove_nothing() {
    phoenix(
        "scope \"/\", ShopWeb do
           pipe_through [:redirect_if_user_is_authenticated]
           get \"/log_in\", PageController, :home
         end
         scope \"/other\", ShopWeb do
           pipe_through [:something_of_a_library]
           get \"/\", PageController, :home
           get \"/missing\", MissingController, :home
         end",
        &["GET /log_in unknown", "GET /other unknown", "GET /other/missing unknown"],
    );
}

#[test]
fn what_is_told_not_to_be_there_proves_nothing() {
    phoenix(
        "scope \"/\", ShopWeb do
           pipe_through [:require_account]
           get \"/\", PageController, :home
         end
         scope \"/known\", ShopWeb do
           pipe_through [:require_known]
           get \"/\", PageController, :home
         end
         defp require_account(conn, _opts) do
           if conn.assigns[:account], do: conn, else: conn |> put_status(:not_found) |> halt()
         end
         defp require_known(conn, _opts) do
           if conn.assigns[:account], do: conn, else: conn |> put_status(:unauthorized) |> halt()
         end",
        &["GET / unknown", "GET /known true X"],
    );
}

#[test]
fn plugs_of_a_controller_stand_before_the_actions_that_they_name() {
    let orders = "defmodule ShopWeb.OrderController do
  use Phoenix.Controller
  plug ShopWeb.Plugs.RequireToken when action in [:create, :delete]
  plug :require_admin when action not in [:index, :create]
  def index(conn, _), do: json(conn, [])
  def create(conn, _), do: json(conn, [])
  def show(conn, _), do: json(conn, [])
  plug :log when action == :create
  defp log(conn, _opts) do
    if quiet?(), do: conn, else: write(conn)
  end
end
";
    let token = "defmodule ShopWeb.Plugs.RequireToken do
  @behaviour Plug
  import Plug.Conn
  def init(opts), do: opts
  def call(conn, _opts) do
    with [\"Bearer \" <> token] <- get_req_header(conn, \"authorization\"),
         {:ok, claims} <- Phoenix.Token.verify(conn, \"user\", token) do
      assign(conn, :claims, claims)
    else
      _ -> conn |> put_status(:unauthorized) |> send_resp(401, \"\") |> halt()
    end
  end
end
";
    let router = "defmodule ShopWeb.Router do
  use Phoenix.Router
  scope \"/api\", ShopWeb, as: :api do
    resources \"/orders\", OrderController, only: [:index, :create, :show]
  end
end
";
    check(
        &[("lib/orders.ex", orders), ("lib/token.ex", token), ("lib/router.ex", router)],
        &["GET /api/orders false C", "GET /api/orders/{id} unknown", "POST /api/orders true X"],
    );
}

#[test]
fn resources_nest_and_one_of_a_kind_has_no_key() {
    phoenix(
        "scope \"/\" do
           resources \"/users\", ShopWeb.PageController, only: [:show] do
             resources \"/posts\", ShopWeb.PageController, only: [:index]
           end
           resources \"/session\", ShopWeb.PageController, singleton: true, only: [:create]
           match :*, \"/any\", ShopWeb.PageController, :home
         end",
        &["* /any false C", "GET /users/{id} false C", "GET /users/{user_id}/posts false C", "POST /session false C"],
    );
}

#[test]
fn routers_of_plug_hang_in_each_other() {
    let router = "defmodule Shop.Router do
  use Plug.Router
  plug :match
  plug :dispatch
  get \"/health\" do
    send_resp(conn, 200, conn.query_params[\"full\"])
  end
  match \"/hook\", via: [:post, :put] do
    send_resp(conn, 200, \"\")
  end
  forward \"/api\", to: Shop.Api
  match _ do
    send_resp(conn, 404, \"\")
  end
end
defmodule Shop.Api do
  use Plug.Router
  plug Shop.Auth
  plug :match
  plug :dispatch
  get \"/orders/:id\", do: send_resp(conn, 200, id)
end
";
    let auth = "defmodule Shop.Auth do
  import Plug.Conn
  def init(o), do: o
  def call(conn, _) do
    case get_session(conn, :user_id) do
      nil -> conn |> send_resp(401, \"\") |> halt()
      _ -> conn
    end
  end
end
";
    check(
        &[("lib/router.ex", router), ("lib/auth.ex", auth)],
        &["GET /api/orders/{id} true X", "GET /health false C", "POST /hook false C", "PUT /hook false C"],
    );
}

#[test]
fn parameters_are_read_by_their_keys() {
    let router = "defmodule ShopWeb.Router do\n  use ShopWeb, :router\n  get \"/orders/:id\", ShopWeb.OrderController, :show\n  post \"/orders\", ShopWeb.OrderController, :create\nend\n";
    let found = told(&[("lib/shop_web.ex", WEB), ("lib/c.ex", ORDERS), ("lib/router.ex", router)]);
    assert_eq!(found, ["GET /orders/{id} open query:full", "POST /orders open form:order"]);
}
