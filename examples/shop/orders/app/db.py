import os

import psycopg


def connection():
    return psycopg.connect(os.environ["DATABASE_URL"])


def fetch(query: str, values: tuple) -> list[dict]:
    with connection() as open_connection:
        return open_connection.execute(query, values).fetchall()


def store(customer: str, order) -> int:
    with connection() as open_connection:
        row = open_connection.execute(
            "insert into orders (customer, product_id, quantity, email, shipping_address) values (%s, %s, %s, %s, %s) returning id",
            (customer, order.product_id, order.quantity, order.email, order.shipping_address),
        )
        return row.fetchone()[0]
