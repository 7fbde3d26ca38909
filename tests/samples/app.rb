require "sinatra/base"
require_relative "orders"

class App < Sinatra::Base
  ITEMS = %w[pen paper].freeze

  get "/items/:id" do |id|
    ITEMS.fetch(id.to_i) { halt 404 }
  end

  post("/items") { params["name"] || halt(400) }
end
