"""Ask whether the part of the product that runs in this container answers: the image's health check.

Usage: python alive.py PORT/PATH…

A container runs one part. It is alive if one of the addresses on this machine answers 200.
Standard library only: it starts anew every ten seconds.
"""

from __future__ import annotations

import sys
from http.client import HTTPConnection, HTTPException

PATIENCE_SECONDS = 3.0


def answers(address: str) -> bool:
    """Tell whether `port/path` answers 200. A port on which nothing listens says so at once."""
    port, _, path = address.partition("/")
    connection = HTTPConnection("127.0.0.1", int(port), timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", f"/{path}")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not any(answers(address) for address in sys.argv[1:]))
