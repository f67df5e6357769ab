"""GET /sources: the monitored chats, and the systems that raise tickets here."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint
from pydantic import JsonValue

from shiftbot.platforms.base import Origin
from webhooks.api.problems import not_found
from webhooks.api.routing import Routes, cut, row, rows, shown
from webhooks.api.shape import Answer, ById, Id, Moment, Span

_READ = ("tickets:read",)
_SOURCES = (
    "select id, platform::text as platform, external_id, name, is_active, settings, created_at, updated_at"
    " from public.sources"
)


class Source(Answer):
    """A monitored chat, or with the platform `api` a system that raises tickets here."""

    id: Id
    platform: Origin
    external_id: str
    name: str
    is_active: bool
    settings: dict[str, JsonValue]
    created_at: Moment
    updated_at: Moment


class Sources(Answer):
    """Some sources, by their numbers."""

    items: list[Source]
    next: Id | None


def blueprint(routes: Routes) -> APIBlueprint:
    """The routes, for `mount`."""

    @routes.route("get", "/sources", _READ, Sources)
    def list_sources(query: Span) -> Response:
        """Lists the sources by their numbers."""
        with routes.reading() as conn:
            found = rows(
                conn,
                Source,
                f"{_SOURCES} where id > %s order by id limit %s",
                query.after or 0,
                query.limit + 1,
            )
        items, is_more = cut(found, query.limit)
        return shown(Sources(items=items, next=items[-1].id if is_more else None))

    @routes.route("get", "/sources/<id>", _READ, Source)
    def get_source(path: ById) -> Response:
        """Reads one source."""
        with routes.reading() as conn:
            found = row(conn, Source, f"{_SOURCES} where id = %s", path.id)
        if found is None:
            raise not_found("source")
        return shown(found)

    return routes.blueprint
