import os

import httpx


def send(to: str, subject: str, text: str) -> None:
    httpx.post(
        "https://api.sendgrid.com/v3/mail/send",
        headers={"Authorization": f"Bearer {os.environ['SENDGRID_API_KEY']}"},
        json={"to": to, "subject": subject, "text": text},
        timeout=5.0,
    )
