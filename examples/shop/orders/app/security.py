import os

import jwt
from fastapi import Header, HTTPException


def customer(authorization: str = Header(default="")) -> dict:
    """The signed-in customer; nobody else passes."""
    try:
        token = authorization.removeprefix("Bearer ")
        return jwt.decode(token, os.environ["JWT_PUBLIC_KEY"], algorithms=["RS256"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(status_code=401, detail="sign in first") from error
