"""`croissant.json`: what the set is, its files with their hashes, what a record holds; for search engines and loaders.

Croissant 1.0 with its vocabulary for responsible AI; https://docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html.
"""

import json
from pathlib import Path, PurePosixPath
from typing import Any

from nirecap.files import write_atomically

from .card import Story
from .facts import Column, Config, Facts, ShardFile
from .responsible_ai import responsible_ai

CROISSANT = "croissant.json"
PARQUET = "application/x-parquet"
VERSIONS = ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"]
TYPES = {
    "image": "sc:ImageObject",
    "string": "sc:Text",
    "int64": "cr:Int64",
    "float64": "cr:Float64",
    "bool": "sc:Boolean",
    "timestamp": "sc:DateTime",
}
"""By the type of a column; one of another type is not told of."""
LICENCES = {
    "apache-2.0": "https://spdx.org/licenses/Apache-2.0",
    "mit": "https://spdx.org/licenses/MIT",
    "cc0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "odbl": "https://spdx.org/licenses/ODbL-1.0",
    **{
        f"cc-{terms}-4.0": f"https://creativecommons.org/licenses/{terms}/4.0/"
        for terms in ("by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd")
    },
}
"""Addresses of licences by the Hub's identifiers."""
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""As the specification prints it, word for word; validators compare."""


def write_croissant(dest: Path, facts: Facts, story: Story | None = None) -> Path:
    """Write `croissant.json` into the published folder, whole or not at all, and return it."""
    path = dest / CROISSANT
    write_atomically(path, json.dumps(croissant(facts, story), indent=2, ensure_ascii=False).encode() + b"\n")
    return path


def croissant(facts: Facts, story: Story | None = None) -> dict[str, Any]:
    """Return what the file says, as JSON can; of collection and privacy only with a `story`."""
    file_sets = [entry for config in facts.configs for entry in _file_set(config)]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSIONS,
        "name": facts.name,
        "alternateName": facts.pretty_name,
        "description": facts.description,
        "license": LICENCES.get(facts.licence, facts.licence),
        "version": facts.version,
        "datePublished": facts.date.isoformat(),
        "citeAs": facts.citation,
        **(responsible_ai(facts, story) if story else {}),
        "keywords": ["low-light", "near-infrared", "image enhancement", "night vision"],
        "distribution": [*map(_file_object, facts.files), *file_sets],
        "recordSet": [record for config in facts.configs for record in _record_sets(config)],
    }


def _file_object(file: ShardFile) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": PurePosixPath(file.path).name,
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": PARQUET,
        "sha256": file.sha256,
    }


def _file_set(config: Config) -> list[dict[str, Any]]:
    """Name the files of a config by pattern, as its records are drawn from all of them."""
    folders = {str(PurePosixPath(file.path).parent): split.name for split in config.splits for file in split.files}
    if not folders:
        return []
    return [
        {
            "@type": "cr:FileSet",
            "@id": f"{config.name}-files",
            "name": f"{config.name}-files",
            "description": f"Parquet files of {config.name}.",
            "encodingFormat": PARQUET,
            "includes": [f"{folder}/*.parquet" for folder in folders],
        }
    ]


def _record_sets(config: Config) -> list[dict[str, Any]]:
    """Describe the splits of a config, and its records."""
    splits = [split.name for split in config.splits if split.files]
    if not splits:
        return []
    columns = [column for column in config.columns if column.type in TYPES]
    return [
        {
            "@type": "cr:RecordSet",
            "@id": f"{config.name}-splits",
            "name": f"{config.name}-splits",
            "description": f"Splits of {config.name}; no scene is in two of them.",
            "dataType": "cr:Split",
            "key": {"@id": f"{config.name}-splits/name"},
            "field": [{"@type": "cr:Field", "@id": f"{config.name}-splits/name", "dataType": "sc:Text"}],
            "data": [{f"{config.name}-splits/name": split} for split in splits],
        },
        {
            "@type": "cr:RecordSet",
            "@id": config.name,
            "name": config.name,
            "description": config.description,
            "field": [_split_field(config.name, splits), *(_field(config.name, column) for column in columns)],
        },
    ]


def _split_field(config: str, splits: list[str]) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{config}/split",
        "name": "split",
        "description": "Split that the record is in.",
        "dataType": "sc:Text",
        "references": {"field": {"@id": f"{config}-splits/name"}},
        "source": {
            "fileSet": {"@id": f"{config}-files"},
            "extract": {"fileProperty": "fullpath"},
            # validators put what it found through it again, when they look the split up
            "transform": {"regex": rf"^(?:.*/)?({'|'.join(splits)})(?:-\d+-of-\d+\.parquet)?$"},
        },
    }


def _field(config: str, column: Column) -> dict[str, Any]:
    source: dict[str, Any] = {"fileSet": {"@id": f"{config}-files"}, "extract": {"column": column.name}}
    if column.type == "image":
        source["transform"] = {"jsonPath": "bytes"}
    return {
        "@type": "cr:Field",
        "@id": f"{config}/{column.name}",
        "name": column.name,
        "description": column.description,
        "dataType": TYPES[column.type],
        **({"repeated": True} if column.repeated else {}),
        "source": source,
    }
