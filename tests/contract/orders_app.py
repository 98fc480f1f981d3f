"""A Starlette app of eight operations with twelve faults to switch on: `orders_app.py PORT FAULT...`."""

from __future__ import annotations

import json
import sys
import uuid

#: Fault -> the operation and the check that must show it.
FAULTS = {
    "limit-crash": ("GET /orders", "server-error"),
    "items-lack-currency": ("GET /orders", "response-schema"),
    "health-is-203": ("GET /health", "status-code"),
    "json-crash": ("POST /orders", "server-error"),
    "no-location": ("POST /orders", "response-headers"),
    "total-is-text": ("GET /orders/{orderId}", "response-schema"),
    "gone-is-410": ("GET /orders/{orderId}", "unknown-id"),
    "html": ("PATCH /orders/{orderId}", "content-type"),
    "open-delete": ("DELETE /orders/{orderId}", "auth-enforced"),
    "count-is-a-word": ("GET /customers", "response-headers"),
    "archived-is-spelled-so": ("GET /customers", "response-schema"),
    "plain-404": ("GET /customers/{customerId}", "unknown-id"),
}
TOKEN = "orders-demo"
FIRST = "7b1d4f2e-6a1c-4d7a-9a55-3f0c7d1e2b90"


def app(faults=()):  # noqa: C901
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.responses import JSONResponse, PlainTextResponse, Response
    from starlette.routing import Route

    orders = {}

    def place(customer, total, name=None):
        name = name or str(uuid.uuid4())
        orders[name] = {
            "id": name,
            "customer": customer,
            "total": total,
            "currency": "EUR",
            "placedAt": "2026-01-02T03:04:05Z",
        }
        return orders[name]

    place(1, 4200, FIRST)

    def refuse(status, title):
        raise HTTPException(status, title)

    async def problem(request, error):
        if "plain-404" in faults and error.status_code == 404 and request.url.path.startswith("/customers/"):
            return PlainTextResponse(error.detail, 404)
        body = {"title": str(error.detail), "status": error.status_code}
        return JSONResponse(body, error.status_code, error.headers, media_type="application/problem+json")

    def admit(request):
        if "open-delete" in faults and request.method == "DELETE":
            return
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            refuse(401, "Who are you?")

    async def body(request, allowed, required):
        raw = await request.body()
        try:
            found = json.loads(raw)
        except ValueError:
            if "json-crash" in faults:
                raise
            refuse(422, "no JSON")
        if not isinstance(found, dict) or found.keys() - allowed or required - found.keys():
            refuse(422, f"takes {sorted(allowed)}")
        for key, (low, high) in (("customer", (1, 999999)), ("total", (0, 1000000))):
            value = found.get(key, low)
            whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            if isinstance(value, bool) or not whole or not low <= value <= high:
                refuse(422, f"{key} is {low} to {high}")
            if key in found:
                found[key] = int(value)
        return found

    def order(request):
        name = request.path_params["order_id"]
        try:
            name = str(uuid.UUID(name))
        except ValueError:
            refuse(422, "no id")
        if name not in orders:
            refuse(410 if "gone-is-410" in faults and request.method == "GET" else 404, "no such order")
        return name

    async def health(request):
        return JSONResponse({"ok": True}, 203 if "health-is-203" in faults else 200)

    async def list_customers(request):
        admit(request)
        state = request.query_params.get("state", "active")
        if state not in ("active", "archived"):
            refuse(422, "no such state")
        spelled = "archive" if "archived-is-spelled-so" in faults and state == "archived" else state
        count = "one" if "count-is-a-word" in faults else "1"
        return JSONResponse([{"id": 1, "name": "Dupont", "state": spelled}], headers={"X-Total-Count": count})

    async def get_customer(request):
        admit(request)
        name = request.path_params["customer_id"]
        if not (name.isascii() and name.isdigit() and 1 <= int(name) <= 999999):
            refuse(422, "no id")
        if int(name) != 1:
            refuse(404, "no such customer")
        return JSONResponse({"id": 1, "name": "Dupont", "state": "active"})

    async def list_orders(request):
        admit(request)
        limit = request.query_params.get("limit", "20")
        if not (limit.isascii() and limit.isdigit() and len(limit) < 4 and 1 <= int(limit) <= 100):
            refuse(422, "limit is 1 to 100")
        if "limit-crash" in faults and limit == "100":
            raise ZeroDivisionError
        hidden = {"currency"} if "items-lack-currency" in faults else set()
        items = [{key: value for key, value in one.items() if key not in hidden} for one in orders.values()]
        return JSONResponse({"items": items[: int(limit)]})

    async def create_order(request):
        admit(request)
        found = await body(request, {"customer", "total"}, {"customer", "total"})
        made = place(found["customer"], found["total"])
        headers = {} if "no-location" in faults else {"Location": f"/orders/{made['id']}"}
        return JSONResponse(made, 201, headers)

    async def get_order(request):
        admit(request)
        found = orders[order(request)]
        return JSONResponse({**found, "total": str(found["total"])} if "total-is-text" in faults else found)

    async def change_order(request):
        admit(request)
        name, found = order(request), await body(request, {"total"}, {"total"})
        orders[name]["total"] = found["total"]
        return JSONResponse(orders[name], media_type="text/html" if "html" in faults else None)

    async def delete_order(request):
        admit(request)
        name = order(request)
        if name != FIRST:
            del orders[name]
        return Response(status_code=204)

    routes = [
        Route("/health", health),
        Route("/customers", list_customers),
        Route("/customers/{customer_id}", get_customer),
        Route("/orders", list_orders),
        Route("/orders", create_order, methods=["POST"]),
        Route("/orders/{order_id}", get_order),
        Route("/orders/{order_id}", change_order, methods=["PATCH"]),
        Route("/orders/{order_id}", delete_order, methods=["DELETE"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: problem})


if __name__ == "__main__":
    import uvicorn

    given = sys.argv[2:]
    unknown = set(given) - FAULTS.keys() - {"all"}
    if unknown:
        sys.exit(f"no such fault: {unknown}")
    chosen = set(FAULTS) if given == ["all"] else set(given)
    uvicorn.run(
        app(chosen),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="critical",
        lifespan="off",
        timeout_keep_alive=600,
    )  # a pause of a busy machine is no reason to hang up
