//! Ruby: routes in one place, their handlers and guards in others.
#![allow(clippy::unwrap_used)]

mod common;

use common::{check, composed};

const BASE: &str = "class ApplicationController < ActionController::Base
  before_action :require_login
  private
  def current_user
    @current_user ||= User.find_by(id: session[:user_id])
  end
  def logged_in?
    !current_user.nil?
  end
  def require_login
    redirect_to new_session_path unless logged_in?
  end
end
";

fn rails(routes: &str, files: &[(&str, &str)], expected: &[&str]) {
    let routes = format!("Rails.application.routes.draw do\n{routes}\nend\n");
    let mut all = vec![("config/routes.rb", routes.as_str()), ("app/controllers/application_controller.rb", BASE)];
    all.extend(files);
    check(&all, expected);
}

#[test]
fn resources_stand_in_name_spaces_and_in_each_other() {
    let orders = "class Api::V1::OrdersController < ApplicationController\n  def index; end\n  def show; end\n  def pay; end\nend\n";
    let items = "module Api\n  module V1\n    class ItemsController < ApplicationController\n      def index; end\n    end\n  end\nend\n";
    rails(
        "namespace :api do\n namespace :v1 do\n resources :orders do\n post :pay, on: :member\n resources :items, only: :index\n end\n end\n end",
        &[("app/controllers/api/v1/orders_controller.rb", orders), ("app/controllers/api/v1/items_controller.rb", items)],
        &["GET /api/v1/orders true X", "GET /api/v1/orders/{id} true X", "GET /api/v1/orders/{order_id}/items true X", "POST /api/v1/orders/{id}/pay true X"],
    );
}

#[test]
fn a_filter_is_skipped_for_what_is_named_and_unknown_under_a_condition() {
    let home = "class HomeController < ApplicationController\n  skip_before_action :require_login, only: :index\n  def index; end\n  def other; end\nend\n";
    let maybe = "class MaybeController < ApplicationController\n  skip_before_action :require_login, if: :open?\n  def index; end\nend\n";
    rails(
        "root \"home#index\"\nget \"/other\", to: \"home#other\"\nget \"/maybe\", to: \"maybe#index\"",
        &[("app/controllers/home_controller.rb", home), ("app/controllers/maybe_controller.rb", maybe)],
        &["GET / false C", "GET /maybe unknown", "GET /other true X"],
    );
}

#[test]
fn a_concern_guards_the_class_that_takes_it_in() {
    let concern = "module TokenAuth\n  extend ActiveSupport::Concern\n  included do\n    before_action :authenticate\n  end\n  def authenticate\n    authenticate_or_request_with_http_token { |token, _| ActiveSupport::SecurityUtils.secure_compare(token, ENV.fetch(\"T\")) }\n  end\nend\n";
    let api = "class ApiController < ActionController::API\n  include TokenAuth\nend\n";
    let users = "class UsersController < ApiController\n  def index; params.require(:user).permit(:name) end\nend\n";
    let open = "class PagesController < ActionController::API\n  def index; end\nend\n";
    check(
        &[
            ("config/routes.rb", "Rails.application.routes.draw do\n  resources :users, :pages, only: :index\nend\n"),
            ("app/controllers/concerns/token_auth.rb", concern),
            ("app/controllers/api_controller.rb", api),
            ("app/controllers/users_controller.rb", users),
            ("app/controllers/pages_controller.rb", open),
        ],
        &["GET /pages false C", "GET /users true X"],
    );
}

#[test]
fn who_is_turned_away_for_something_else_proves_nothing() {
    let files = [
        ("config/routes.rb", "Rails.application.routes.draw do\n  get \"/a\", to: \"a#x\"\n  get \"/b\", to: \"b#x\"\nend\n"),
        (
            "app/controllers/a_controller.rb",
            "class AController < ActionController::Base\n  before_action :rename\n  def x; end\n  def rename\n    redirect_to \"/name\" if current_user&.nameless?\n  end\nend\n",
        ),
        ("app/controllers/b_controller.rb", "class BController < UnseenController\n  def x; end\nend\n"),
    ];
    check(&files, &["GET /a unknown", "GET /b unknown"]);
}

#[test]
fn an_engine_hangs_where_it_is_mounted() {
    let routes = "Rails.application.routes.draw do\n  scope \"/shop\" do\n    mount Billing::Engine => \"/billing\"\n  end\nend\nBilling::Engine.routes.draw do\n  get \"/bills\", to: \"bills#index\"\nend\n";
    check(&[("config/routes.rb", routes)], &["GET /shop/billing/bills unknown"]);
}

#[test]
fn what_is_no_route_is_none() {
    let client = "class Client\n  def load\n    get \"/orders\"\n    delete \"/x\"\n    resources :a\n  end\nend\n";
    let spec = "RSpec.describe \"x\" do\n  it { get \"/orders\" }\nend\n";
    check(&[("lib/client.rb", client), ("spec/x_spec.rb", spec), ("config/routes/other.rb", "get \"/never\", to: \"a#b\"\n")], &[]);
}

#[test]
fn sinatra_over_files_under_a_rackup() {
    let files = [
        ("config.ru", "require_relative \"app\"\nmap \"/api\" do\n  run Shop\nend\n"),
        (
            "base.rb",
            "require \"sinatra/base\"\nclass Base < Sinatra::Base\n  before { protected! }\n  helpers do\n    def protected!\n      halt 401 unless session[:user_id]\n    end\n  end\nend\n",
        ),
        ("app.rb", "require_relative \"base\"\nclass Shop < Base\n  namespace \"/v1\" do\n    get(\"/orders/:id\") { params[:full] }\n  end\nend\n"),
    ];
    check(&files, &["GET /api/v1/orders/{id} true X"]);
    let entries = composed(&files).entries;
    let names: Vec<(&str, &str)> = entries[0].parameters.iter().map(|one| (one.name.as_str(), one.place.as_str())).collect();
    assert_eq!(names, [("full", "query"), ("id", "path")]);
}

#[test]
fn grape_mounts_with_version_and_prefix() {
    let files = [
        (
            "api/root.rb",
            "require \"grape\"\nclass Root < Grape::API\n  prefix :api\n  version \"v1\", using: :path\n  before { error!(\"no\", 401) unless current_user }\n  mount Orders\nend\n",
        ),
        (
            "api/orders.rb",
            "class Orders < Grape::API\n  resource :orders do\n    params { requires :sku }\n    post { declared(params) }\n    route_param :id do\n      get { }\n    end\n  end\nend\n",
        ),
    ];
    check(&files, &["GET /api/v1/orders/{id} true X", "POST /api/v1/orders true X"]);
}
