"""python -m tests.shape.openapi writes docs/openapi.json anew: its diff shows what clients will notice."""

import json
import os
from typing import Any

from tests.shape.house import ROOT

PAPER = ROOT / "docs" / "openapi.json"


def live() -> dict[str, Any]:
    """What the installation answers at /api/v1/openapi.json, in Chinese."""
    from django.utils.translation import override

    from civicloop.config.api import api

    with override("zh-hans"):
        schema: dict[str, Any] = json.loads(
            json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str)
        )
    return schema


def text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civicloop.config.settings")
    import django

    django.setup()
    PAPER.write_text(text(live()))
