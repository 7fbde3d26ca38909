from fastapi import Depends, FastAPI

from app import db
from app.orders import router as orders
from app.refunds import router as refunds
from app.security import customer

app = FastAPI(title="orders")
app.include_router(orders, prefix="/orders", dependencies=[Depends(customer)])
app.include_router(refunds, prefix="/refunds", dependencies=[Depends(customer)])


@app.delete("/orders/{order_id}")
def delete_order(order_id: int) -> dict:
    db.fetch("delete from orders where id = %s returning id", (order_id,))
    return {"deleted": order_id}


@app.get("/healthz")
def health() -> dict:
    return {"ok": True}
