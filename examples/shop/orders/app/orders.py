import os

import httpx
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app import broker, db, mail
from app.security import customer

router = APIRouter()
PAYMENTS = os.environ["PAYMENTS_URL"]


class Order(BaseModel):
    product_id: int
    quantity: int
    email: str
    shipping_address: str
    card_token: str


@router.get("")
def list_orders(who: dict = Depends(customer)) -> list[dict]:
    return db.fetch("select id, product_id, quantity from orders where customer = %s", (who["sub"],))


@router.post("")
def create_order(order: Order, who: dict = Depends(customer)) -> dict:
    paid = httpx.post(f"{PAYMENTS}/charges", json={"token": order.card_token}, timeout=5.0)
    paid.raise_for_status()
    saved = db.store(who["sub"], order)
    broker.publish("orders.created", {"id": saved})
    mail.send(order.email, "Your order", f"It goes to {order.shipping_address}.")
    return {"id": saved}
