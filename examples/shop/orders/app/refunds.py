import os

import httpx
from fastapi import APIRouter
from pydantic import BaseModel

from app import db

router = APIRouter()
PAYMENTS = os.environ["PAYMENTS_URL"]


class Refund(BaseModel):
    reason: str
    email: str


@router.post("/{order_id}")
def refund(order_id: int, refund: Refund) -> dict:
    """Pays an order back."""
    db.fetch("update orders set refunded = true where id = %s returning id", (order_id,))
    httpx.post(f"{PAYMENTS}/refunds", json={"order": order_id}, timeout=5.0)
    return {"refunded": order_id}
