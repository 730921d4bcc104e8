"""A Hub on loopback that speaks what `huggingface_hub` asks when it uploads and loads data sets or models."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from types import TracebackType
from typing import Any, Literal, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from nirecap.web_server import WebServer

TOKEN = "hf_aLocalTestTokenOfNobody"
USER, ORGANISATION = "ada", "night-lab"
LARGE = (".parquet", ".png", ".jpg", ".safetensors")
"""Suffixes that the Hub keeps as large files, as its .gitattributes of a new data set says."""


@dataclass(frozen=True)
class Asked:
    """A request, and whether it bore a token."""

    method: str
    path: str
    bears_token: bool


@dataclass
class Repository:
    """A data set or a model and its history: what each commit holds, the SHA-256 of the content by path."""

    private: bool
    versions: list[dict[str, str]] = field(default_factory=lambda: [{}])
    messages: list[str] = field(default_factory=lambda: ["initial commit"])

    @property
    def files(self) -> dict[str, str]:
        return self.versions[-1]

    @property
    def head(self) -> str:
        return self.revision_of(len(self.versions) - 1)

    def revision_of(self, number: int) -> str:
        return sha1(f"commit {number} {sorted(self.versions[number].items())}".encode())

    def at(self, revision: str) -> dict[str, str] | None:
        if revision == "main":
            return self.files
        return next((files for n, files in enumerate(self.versions) if self.revision_of(n) == revision), None)


def sha1(content: bytes) -> str:
    """Return what git calls a content."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Refusal(Exception):
    """What the Hub answers instead."""

    def __init__(self, status: int, message: str, code: str = "", **more: str) -> None:
        super().__init__(message)
        self.answer = JSONResponse(
            {"error": message, **more}, status, {"X-Error-Message": message, **({"X-Error-Code": code} if code else {})}
        )


class Hub:
    """Serve a Hub while the context lasts; `repositories` and `objects` are what it holds."""

    def __init__(self, part_bytes: int = 1 << 20, kind: Literal["dataset", "model"] = "dataset") -> None:
        self.kind = kind
        self.prefix = "datasets/" if kind == "dataset" else ""
        self.repositories: dict[str, Repository] = {}
        self.objects: dict[str, bytes] = {}
        """Content of files by its SHA-256."""
        self.others: set[str] = set()
        """Names that are of another kind."""
        self.asked: list[Asked] = []
        self.uploaded: list[str] = []
        """SHA-256 of each large file that was sent, in order."""
        self.before_upload: Callable[[int], None] = lambda _uploaded: None
        """Called with the number of large files sent so far; may raise a Refusal, or end a process."""
        self._part_bytes = part_bytes
        self._parts: dict[str, dict[int, bytes]] = {}
        self._server = WebServer(Starlette(routes=self._routes()))
        self.url = f"http://127.0.0.1:{self._server.port}"

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.stop()

    def content(self, name: str) -> dict[str, bytes]:
        """Return what a data set holds now: the bytes of each file by path."""
        return {path: self.objects[oid] for path, oid in self.repositories[name].files.items()}

    def _routes(self) -> list[Route]:
        name = "{space}/{name}"
        of_set = f"/api/{self.kind}s/{name}"
        routes: list[tuple[str, str, Callable[[Request], Any]]] = [
            ("GET", "/api/whoami-v2", self._whoami),
            ("POST", "/api/repos/create", self._create),
            ("POST", "/api/validate-yaml", self._validate),
            ("GET", of_set, self._info),
            ("GET", of_set + "/revision/{revision}", self._info),
            ("POST", of_set + "/preupload/{revision}", self._preupload),
            ("POST", of_set + "/commit/{revision}", self._commit),
            ("GET", of_set + "/tree/{revision}", self._tree),
            ("GET", of_set + "/tree/{revision}/{path:path}", self._tree),
            ("POST", of_set + "/paths-info/{revision}", self._paths),
            ("POST", f"/{self.prefix}{name}.git/info/lfs/objects/batch", self._batch),
            ("PUT", "/storage/{oid}", self._store),
            ("PUT", "/storage/{oid}/{part:int}", self._store_part),
            ("POST", "/storage/{oid}", self._complete),
            ("POST", "/verify", self._verify),
            ("GET", f"/{self.prefix}{name}/resolve/" + "{revision}/{path:path}", self._resolve),
        ]
        return [Route(path, self._answering(answer), methods=[method]) for method, path, answer in routes]

    def _answering(self, answer: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def answered(request: Request) -> Response:
            token = request.headers.get("authorization")
            self.asked.append(Asked(request.method, request.url.path, token is not None))
            try:
                if token not in (None, f"Bearer {TOKEN}"):
                    raise Refusal(401, "Invalid credentials in Authorization header")
                result = await answer(request)
            except Refusal as refusal:
                return refusal.answer
            return result if isinstance(result, Response) else JSONResponse(result)

        return answered

    def _repository(self, request: Request) -> tuple[str, Repository]:
        name = f"{request.path_params['space']}/{request.path_params['name']}"
        repository = self.repositories.get(name)
        if repository is None:
            raise Refusal(404, "Repository not found", "RepoNotFound")
        if repository.private and "authorization" not in request.headers:
            raise Refusal(401, "Repository not found", "RepoNotFound")
        return name, repository

    def _to_write(self, request: Request) -> Repository:
        if "authorization" not in request.headers:
            raise Refusal(401, "Invalid username or password.")
        return self._repository(request)[1]

    def _version(self, request: Request) -> dict[str, str]:
        files = self._repository(request)[1].at(request.path_params.get("revision", "main"))
        if files is None:
            raise Refusal(404, "Invalid rev id", "RevisionNotFound")
        return files

    async def _whoami(self, request: Request) -> Any:
        if "authorization" not in request.headers:
            raise Refusal(401, "Invalid username or password.")
        return {"type": "user", "name": USER, "orgs": [{"type": "org", "name": ORGANISATION}]}

    async def _create(self, request: Request) -> Any:
        asked = await request.json()
        if "authorization" not in request.headers:
            raise Refusal(401, "Invalid username or password.")
        space = asked.get("organization") or USER
        name = f"{space}/{asked['name']}"
        if space not in (USER, ORGANISATION):
            raise Refusal(403, "You don't have the rights to create a dataset under this namespace")
        if name in self.repositories or name in self.others:
            prefix = self.prefix if name in self.repositories else ""
            raise Refusal(409, "You already created this repo", url=f"{self.url}/{prefix}{name}")
        if asked.get("type", "model") != self.kind:
            self.others.add(name)
        else:
            private = asked.get("visibility") == "private" or asked.get("private") is True
            self.repositories[name] = Repository(private)
        return {"url": f"{self.url}/{self.prefix}{name}", "name": name}

    async def _validate(self, request: Request) -> Any:
        content = (await request.json())["content"]
        if not content.startswith("---\n"):
            return {"errors": [], "warnings": [{"message": "empty or missing yaml metadata in repo card"}]}
        return {"errors": [], "warnings": []}

    async def _info(self, request: Request) -> Any:
        name, repository = self._repository(request)
        files = self._version(request)
        revision = request.path_params.get("revision", "main")
        return {
            "id": name,
            "sha": repository.head if revision == "main" else revision,
            "private": repository.private,
            "siblings": [{"rfilename": path, "size": len(self.objects[oid])} for path, oid in files.items()],
            "tags": [],
            "downloads": 0,
            "likes": 0,
        }

    async def _preupload(self, request: Request) -> Any:
        self._to_write(request)
        held = self._version(request)
        return {
            "files": [
                {
                    "path": file["path"],
                    "uploadMode": "lfs" if file["path"].endswith(LARGE) else "regular",
                    "shouldIgnore": False,
                    "oid": self._oid(file["path"], held[file["path"]]) if file["path"] in held else None,
                }
                for file in (await request.json())["files"]
            ]
        }

    def _oid(self, path: str, oid: str) -> str:
        if path.endswith(LARGE):
            return oid
        content = self.objects[oid]
        return sha1(b"blob %d\0" % len(content) + content)

    async def _batch(self, request: Request) -> Any:
        self._to_write(request)
        return {
            "transfer": "multipart",
            "objects": [self._instructions(item["oid"], item["size"]) for item in (await request.json())["objects"]],
        }

    def _instructions(self, oid: str, size: int) -> dict[str, Any]:
        if oid in self.objects:
            return {"oid": oid, "size": size}
        place, header = f"{self.url}/storage/{oid}", {}
        if size > self._part_bytes:
            parts = range(1, ceil(size / self._part_bytes) + 1)
            header = {"chunk_size": str(self._part_bytes)} | {f"{part:05d}": f"{place}/{part}" for part in parts}
        actions = {"upload": {"href": place, "header": header}, "verify": {"href": f"{self.url}/verify"}}
        return {"oid": oid, "size": size, "actions": actions}

    async def _store(self, request: Request) -> Any:
        self._keep(request.path_params["oid"], await request.body())
        return {}

    async def _store_part(self, request: Request) -> Response:
        content = await request.body()
        self._parts.setdefault(request.path_params["oid"], {})[request.path_params["part"]] = content
        return Response(headers={"ETag": sha1(content)})

    async def _complete(self, request: Request) -> Any:
        oid = request.path_params["oid"]
        parts = self._parts.pop(oid)
        told = [(part["partNumber"], part["etag"]) for part in (await request.json())["parts"]]
        if told != [(part, sha1(parts[part])) for part in sorted(parts)]:
            raise Refusal(400, "parts differ")
        self._keep(oid, b"".join(parts[part] for part in sorted(parts)))
        return {}

    def _keep(self, oid: str, content: bytes) -> None:
        self.before_upload(len(self.uploaded))
        if sha256(content) != oid:
            raise Refusal(400, "the content is not what was announced")
        self.uploaded.append(oid)
        self.objects[oid] = content

    async def _verify(self, request: Request) -> Any:
        asked = await request.json()
        if len(self.objects.get(asked["oid"], b"")) != asked["size"]:
            raise Refusal(404, "not uploaded")
        return {}

    async def _commit(self, request: Request) -> Any:
        repository = self._to_write(request)
        lines = [json.loads(line) for line in (await request.body()).splitlines()]
        header = lines[0]["value"]
        if header.get("parentCommit", repository.head) != repository.head:
            raise Refusal(412, "A commit has happened since. Please refresh and try again.")
        files = dict(repository.files)
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "file":
                content = base64.b64decode(value["content"])
                files[value["path"]] = sha256(content)
                self.objects[files[value["path"]]] = content
            elif line["key"] == "lfsFile":
                if value["oid"] not in self.objects:
                    raise Refusal(400, f"{value['path']} was never uploaded")
                files[value["path"]] = value["oid"]
            elif line["key"] == "deletedFile":
                del files[value["path"]]
            else:
                raise Refusal(400, f"unknown operation {line['key']}")
        repository.versions.append(files)
        repository.messages.append(header["summary"])
        name = f"{request.path_params['space']}/{request.path_params['name']}"
        commit = f"{self.url}/{self.prefix}{name}/commit/{repository.head}"
        return {"success": True, "commitOid": repository.head, "commitUrl": commit}

    async def _tree(self, request: Request) -> Any:
        files, below = self._version(request), request.path_params.get("path", "").strip("/")
        inside = [path for path in files if not below or path.startswith(below + "/")]
        if below and not inside:
            raise Refusal(404, "Entry not found", "EntryNotFound")
        folders = sorted({"/".join(p.split("/")[: n + 1]) for p in inside for n in range(p.count("/"))} - {below})
        entries = [self._folder(folder) for folder in folders if not below or folder.startswith(below + "/")]
        entries += [self._file(path, files[path]) for path in inside]
        if request.query_params.get("recursive", "").lower() == "true":
            return entries
        depth = below.count("/") + 1 if below else 0
        return [entry for entry in entries if entry["path"].count("/") == depth]

    async def _paths(self, request: Request) -> Any:
        files = self._version(request)
        form = await request.form()
        asked = [str(path) for path in form.getlist("paths")]
        found = [self._file(path, files[path]) for path in asked if path in files]
        folders = [path for path in asked if any(name.startswith(f"{path}/") for name in files)]
        return found + [self._folder(path) for path in folders]

    def _folder(self, path: str) -> dict[str, Any]:
        return {"type": "directory", "path": path, "size": 0, "oid": sha1(path.encode())}

    def _file(self, path: str, oid: str) -> dict[str, Any]:
        size = len(self.objects[oid])
        entry = {"type": "file", "path": path, "size": size, "oid": sha1(oid.encode())}
        large = {"lfs": {"oid": oid, "size": size, "pointerSize": 134}}
        return entry | (large if path.endswith(LARGE) else {})

    async def _resolve(self, request: Request) -> Response:
        _, repository = self._repository(request)
        files, path = self._version(request), request.path_params["path"]
        if path not in files:
            raise Refusal(404, "Entry not found", "EntryNotFound")
        revision = request.path_params["revision"]
        commit = repository.head if revision == "main" else revision
        content = self.objects[files[path]]
        headers = {"X-Repo-Commit": commit, "ETag": f'"{self._oid(path, files[path])}"', "Accept-Ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
        if not wanted:
            return Response(content, headers=headers)
        first, last = int(wanted[1]), min(int(wanted[2] or len(content) - 1), len(content) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        return Response(content[first : last + 1], 206, headers)
