import json
import os

import pika


def publish(topic: str, message: dict) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(os.environ["BROKER_URL"]))
    channel = connection.channel()
    channel.basic_publish(exchange="", routing_key=topic, body=json.dumps(message))
    connection.close()
