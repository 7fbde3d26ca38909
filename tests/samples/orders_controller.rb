class OrdersController < ApplicationController
  before_action :require_login, except: [:index]

  def index
    render json: Order.where(state: params[:state])
  end

  def create
    order = Order.create!(params.require(:order).permit(:item, :quantity, notes: []))
    NotifyJob.perform_later(order.id)
    render json: order, status: :created
  rescue ActiveRecord::RecordInvalid => e
    render json: { error: "#{e.class}: #{e.message}" }, status: 422
  end

  private

  def require_login
    head :unauthorized unless current_user
  end
end
