"""Part of the project simulator: Storage, private buckets with signed links, over its HTTP.

Objects are in memory, or in a folder that outlives the process.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

IsSecret = Callable[[str], bool]


class Storage:
    """The buckets of one project. Everything but a signed link wants the project's secret key."""

    def __init__(self, is_secret: IsSecret, jwt_secret: str, folder: Path | None = None) -> None:
        self._is_secret = is_secret
        self._jwt_secret = jwt_secret
        self._folder = folder
        self.buckets: set[str] = set()
        self.objects: dict[str, tuple[bytes, str]] = {}  # "bucket/path": content and its type
        if folder is not None:
            self._load(folder)

    def routes(self) -> list[Route]:
        """As Storage has them."""
        return [
            Route("/storage/v1/bucket", self._create_bucket, methods=["POST"]),
            Route("/storage/v1/bucket/{bucket}", self._fetch_bucket, methods=["GET"]),
            Route("/storage/v1/object/sign/{bucket}/{path:path}", self._read_signed, methods=["GET"]),
            Route("/storage/v1/object/sign/{bucket}", self._sign, methods=["POST"]),
            Route("/storage/v1/object/{bucket}/{path:path}", self._upload, methods=["POST"]),
            Route("/storage/v1/object/{bucket}", self._remove, methods=["DELETE"]),
        ]

    async def _create_bucket(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        body = await request.json()
        if body["id"] in self.buckets:
            return _error(409, "Duplicate", "The resource already exists")
        self.buckets.add(body["id"])
        return JSONResponse({"name": body["id"]})

    def _fetch_bucket(self, request: Request) -> Response:
        if refused := self._refused(request) or self._missing(request):
            return refused
        bucket = request.path_params["bucket"]
        return JSONResponse({"id": bucket, "name": bucket, "public": False})

    async def _upload(self, request: Request) -> Response:
        if refused := self._refused(request) or self._missing(request):
            return refused
        key = _key(request)
        if key in self.objects and request.headers.get("x-upsert") != "true":
            return _error(409, "Duplicate", "The resource already exists")
        async with request.form() as form:
            file: Any = form["file"]
            content, mime_type = await file.read(), str(file.content_type or "application/octet-stream")
        self.objects[key] = (content, mime_type)
        self._store(key)
        return JSONResponse({"Key": key, "Id": hashlib.sha256(key.encode()).hexdigest()[:36]})

    async def _sign(self, request: Request) -> Response:
        if refused := self._refused(request) or self._missing(request):
            return refused
        body, bucket = await request.json(), request.path_params["bucket"]
        return JSONResponse([self._signed(bucket, path, int(body["expiresIn"])) for path in body["paths"]])

    def _signed(self, bucket: str, path: str, seconds: int) -> dict[str, Any]:
        key = f"{bucket}/{path}"
        if key not in self.objects:
            error = "Either the object does not exist or you do not have access to it"
            return {"error": error, "path": path, "signedURL": None}
        token = jwt.encode({"url": key, "exp": int(time.time()) + seconds}, self._jwt_secret, "HS256")
        return {"error": None, "path": path, "signedURL": f"/object/sign/{key}?token={token}"}

    def _read_signed(self, request: Request) -> Response:
        key = _key(request)
        try:
            claims = jwt.decode(request.query_params.get("token", ""), self._jwt_secret, ["HS256"])
        except jwt.PyJWTError as error:
            return _error(400, "InvalidJWT", str(error))
        if claims.get("url") != key:
            return _error(400, "InvalidSignature", "The signature is of another object")
        if key not in self.objects:
            return _error(404, "not_found", "Object not found")
        content, mime_type = self.objects[key]
        name = request.query_params.get("download")
        headers = (
            {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"} if name is not None else {}
        )
        return Response(
            content, media_type=mime_type, headers=headers | {"X-Content-Type-Options": "nosniff"}
        )

    async def _remove(self, request: Request) -> Response:
        if refused := self._refused(request) or self._missing(request):
            return refused
        bucket = request.path_params["bucket"]
        wanted = [f"{bucket}/{path}" for path in (await request.json())["prefixes"]]
        gone = [key for key in wanted if self.objects.pop(key, None) is not None]
        for key in gone:
            self._forget(key)
        return JSONResponse([{"name": key.partition("/")[2], "bucket_id": bucket} for key in gone])

    def _refused(self, request: Request) -> Response | None:
        key = request.headers.get("apikey", "")
        return None if self._is_secret(key) else _error(403, "Unauthorized", "Invalid Compact JWS")

    def _missing(self, request: Request) -> Response | None:
        known = request.path_params["bucket"] in self.buckets
        return None if known else _error(404, "Bucket not found", "Bucket not found")

    def _load(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for about in folder.glob("*.json"):
            known = json.loads(about.read_text())
            self.objects[known["key"]] = (about.with_suffix(".bin").read_bytes(), known["mime_type"])
            self.buckets.add(known["key"].partition("/")[0])

    def _store(self, key: str) -> None:
        if self._folder is not None:
            content, mime_type = self.objects[key]
            place = self._place(self._folder, key)
            place.with_suffix(".bin").write_bytes(content)
            place.with_suffix(".json").write_text(json.dumps({"key": key, "mime_type": mime_type}))

    def _forget(self, key: str) -> None:
        if self._folder is not None:
            for suffix in (".json", ".bin"):
                self._place(self._folder, key).with_suffix(suffix).unlink(missing_ok=True)

    @staticmethod
    def _place(folder: Path, key: str) -> Path:
        return folder / hashlib.sha256(key.encode()).hexdigest()


def _key(request: Request) -> str:
    return f"{request.path_params['bucket']}/{request.path_params['path']}"


def _error(status: int, error: str, words: str) -> Response:
    """Storage answers 400 to nearly everything, and says what it means inside."""
    return JSONResponse({"statusCode": str(status), "error": error, "message": words}, status_code=400)
