require "net/http"

module Orders
  URL = ENV.fetch("ORDERS_URL", "http://orders:8080")

  def self.all(limit: 10)
    uri = URI("#{URL}/orders?limit=#{limit}")
    JSON.parse(Net::HTTP.get(uri)).map { |order| order["id"] }
  end

  class Error < StandardError; end
end
